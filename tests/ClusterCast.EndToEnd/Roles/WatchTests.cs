using System.Globalization;
using System.Text.Json.Nodes;
using ClusterCast.EndToEnd.Support;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.EndToEnd.Roles;

[Collection(Network.Name)]
public sealed class WatchTests(NetworkFixture network)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_published_picture_is_watched_verified_paid_and_played_as_HLS()
    {
        await using var sandbox = new Sandbox();
        await using var publisher = Ffmpeg.Publish(sandbox, network.RtmpUrl());
        string[] viewer = ["--deployments", network.Deployments, "--data", sandbox.File("viewer")];
        var deposit = await Clustercast.RunAsync(sandbox, Bound, ["wallet", "deposit", "--amount", "3", .. viewer]);
        Assert.True(deposit.Status == 0, deposit.ToString());
        Assert.Contains("$3.00", deposit.Output);

        await using var watch = Clustercast.Start(
            sandbox, ["watch", "--hls", "--bootstrap", network.Bootstrap, "--duration", "14", "--report", sandbox.File("report.json"), .. viewer]);
        var addresses = await watch.ReadyAsync();
        await AssertPlaysAsync(sandbox, addresses["hls"]);
        foreach (var role in (IReadOnlyDictionary<string, string>[])[network.Devnet, network.Relay, network.Broadcast, addresses])
        {
            await AssertServesMetricsAsync(role);
        }

        var finished = await watch.EndAsync(Bound);
        Assert.True(finished.Status == 0, finished.ToString());
        AssertGood(JsonNode.Parse(await File.ReadAllTextAsync(sandbox.File("report.json")))!.AsObject());
        publisher.Signal(2);
        await publisher.EndAsync(Bound);
        await sandbox.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task An_empty_purse_is_one_sentence_with_the_remedy() => await Clustercast.RefusesAsync(
        69, ["is empty", "wallet deposit"], "watch", "--bootstrap", network.Bootstrap, "--deployments", network.Deployments);

    private static async Task AssertPlaysAsync(Sandbox sandbox, string url)
    {
        using var http = new HttpClient();
        await Poll.UntilAsync(async () => (await http.GetAsync(url)).IsSuccessStatusCode, Bound, () => $"{url} serves no playlist.");
        var probe = await Ffmpeg.RunAsync(sandbox, "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", url);
        Assert.True(probe.Status == 0, probe.ToString());
        Assert.Contains("h264,640,360", probe.Output);
        Assert.Contains("aac", probe.Output);
        var player = await Ffmpeg.RunAsync(sandbox, "ffmpeg", "-v", "error", "-nostdin", "-i", url, "-frames:v", "45", "-f", "null", "-");
        Assert.True(player.Status == 0 && player.Errors.Length == 0, player.ToString());
    }

    private static async Task AssertServesMetricsAsync(IReadOnlyDictionary<string, string> role)
    {
        using var http = new HttpClient();
        var health = JsonNode.Parse(await http.GetStringAsync($"{role["http"]}/health"))!;
        Assert.Equal((role["ready"], "ok"), ((string?)health["role"], (string?)health["status"]));
        var metrics = PrometheusText.Parse(await http.GetStringAsync($"{role["http"]}/metrics"));
        if (role["ready"] == "relay")
        {
            Assert.True(metrics.Single("clustercast_till_tickets_total").Value >= 0);
        }

        if (role["ready"] == "broadcast")
        {
            Assert.True(metrics.Single("clustercast_broadcast_bytes_total").Value > 0);
        }
    }

    private void AssertGood(JsonObject report)
    {
        Assert.True((long)report["verifiedBytes"]! > 300_000, report.ToJsonString());
        Assert.Equal(0, (long)report["leavesRejected"]!);
        Assert.InRange((double)report["proofOverheadPercent"]!, 0.01, 10);
        Assert.Equal(network.Relay["node"], (string?)Assert.Single(report["relaysUsed"]!.AsArray()), ignoreCase: true);
        Assert.Empty(report["bannedRelays"]!.AsArray());
        Assert.True((long)report["ticketsSent"]! >= 1, report.ToJsonString());
        Assert.True((long)report["bytesPaid"]! > 0, report.ToJsonString());
        Assert.True(decimal.Parse(((string)report["usdcExpected"]!).TrimStart('$'), CultureInfo.InvariantCulture) > 0, report.ToJsonString());
    }
}
