using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Roles;

[Collection(Network.Name)]
public sealed class EdgeTests(NetworkFixture network)
{
    private const string FirstKey = "first-secret-key";
    private const string SecondKey = "second-secret-key";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_server_that_is_killed_costs_the_other_one_no_frame_and_gets_the_stream_again_by_itself()
    {
        await using var sandbox = new Sandbox();
        await using var first = await NginxRtmp.StartAsync(sandbox);
        await using var second = await NginxRtmp.StartAsync(sandbox);
        await using var publisher = Ffmpeg.Publish(sandbox, network.RtmpUrl());
        await using var edge = await EdgeAsync(sandbox, first, second);
        var http = (await edge.ReadyAsync())["http"];
        await UntilAsync(http, edge, stream => State(stream, 0) == "Live" && State(stream, 1) == "Live");
        AssertNoKeyInAProcessList();

        var recording = first.RecordAsync(FirstKey, 12, "first.flv");
        await second.KillAsync();
        await UntilAsync(http, edge, stream => State(stream, 1) is "Waiting" or "Connecting");
        await second.StartAsync();
        await UntilAsync(http, edge, stream => State(stream, 1) == "Live");
        var resumed = await FramesAsync(sandbox, await second.RecordAsync(SecondKey, 3, "second.flv"));
        var whole = await FramesAsync(sandbox, await recording);

        Assert.True(resumed[0].IsKey);
        Assert.All(resumed.Zip(resumed.Skip(1)), pair => Assert.InRange(pair.Second.Ms - pair.First.Ms, 15, 50));
        Assert.True(whole.Count > 300, $"{whole.Count} frames came.");
        Assert.All(whole.Zip(whole.Skip(1)), pair => Assert.InRange(pair.Second.Ms - pair.First.Ms, 15, 50));
        var stream = await StreamAsync(http);
        Assert.Equal(0, (long)stream["destinations"]![0]!["losses"]!);
        Assert.Equal(0, (long)stream["destinations"]![0]!["droppedFrames"]!);
        Assert.Equal(1, (long)stream["destinations"]![1]!["losses"]!);
        await AssertDecodesAsync(sandbox, sandbox.File("first.flv"), "640,360");
        await AssertDecodesAsync(sandbox, sandbox.File("second.flv"), "320,180");
        await EndAsync(sandbox, edge, publisher, first, second);
    }

    [Fact]
    public async Task Destinations_are_added_restarted_and_removed_live_and_an_encoder_that_dies_comes_back()
    {
        await using var sandbox = new Sandbox();
        await using var first = await NginxRtmp.StartAsync(sandbox);
        await using var second = await NginxRtmp.StartAsync(sandbox);
        await using var publisher = Ffmpeg.Publish(sandbox, network.RtmpUrl());
        await using var edge = await EdgeAsync(sandbox, first, second);
        var http = (await edge.ReadyAsync())["http"];
        await UntilAsync(http, edge, stream => State(stream, 0) == "Live" && State(stream, 1) == "Live");
        using var client = new HttpClient { BaseAddress = new Uri(http) };

        var name = await AddAsync(client, $"@{Write(sandbox, "third", first.Url("third-secret-key"))}", "160x90@30:200");
        await UntilAsync(http, edge, stream => State(stream, 2) == "Live");
        var fourth = await AddAsync(client, $"@{Write(sandbox, "fourth", second.Url("fourth-secret-key"))}", "160x90@30:200");
        await UntilAsync(http, edge, stream => State(stream, 3) == "Live");
        Assert.Equal(3, (await StreamAsync(http))["outputs"]!.AsArray().Count); // a profile is encoded once
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync($"/api/streams/1/destinations/{name}/restart", null)).StatusCode);
        await UntilAsync(http, edge, stream => (long)stream["destinations"]![2]!["attempts"]! == 2 && State(stream, 2) == "Live");

        KillEncoder();
        await UntilAsync(http, edge, stream => (long)Encoded(stream)["restarts"]! == 1 && (long)Encoded(stream)["framesOut"]! > 0 && State(stream, 1) == "Live");
        var before = (long)Encoded(await StreamAsync(http))["framesOut"]!;
        await UntilAsync(http, edge, stream => (long)Encoded(stream)["framesOut"]! > before + 60);
        Assert.Equal(0, (long)(await StreamAsync(http))["destinations"]![1]!["losses"]!);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/streams/1/destinations/{name}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/streams/1/destinations/{fourth}")).StatusCode);
        var left = await StreamAsync(http);
        Assert.Equal((2, 2), (left["destinations"]!.AsArray().Count, left["outputs"]!.AsArray().Count));
        Assert.Equal(0, (long)(await StreamAsync(http))["destinations"]![0]!["losses"]!);
        await AssertRefusesAsync(client, "/api/streams/1/destinations", new { to = "nobody" }, HttpStatusCode.BadRequest, "edge:destinations:nobody:url");
        await AssertRefusesAsync(client, "/api/streams/1/destinations", new { to = "file:x.mkv", profile = "1080" }, HttpStatusCode.BadRequest, "no profile");
        await AssertRefusesAsync(client, "/api/streams/7/destinations", new { to = "file:x.mkv" }, HttpStatusCode.BadRequest, "not taken");
        using var page = new HttpRequestMessage(HttpMethod.Delete, "/api/streams/1") { Headers = { { "Origin", "https://example.org" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(page)).StatusCode);
        var metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("clustercast_edge_encoder_restarts_total{stream=\"1\",profile=\"320x180@30:300\"} 1", metrics);
        Assert.Contains("clustercast_edge_destinations{state=\"live\"} 2", metrics);
        Assert.DoesNotContain("secret-key", metrics + edge.Said + await client.GetStringAsync("/api/streams"));
        await EndAsync(sandbox, edge, publisher, first, second);
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_without_keys_and_what_a_platform_does_not_take()
    {
        await using var sandbox = new Sandbox();
        var twitch = Write(sandbox, "twitch", "rtmp://live.twitch.tv/app/live_123_secret");
        var finished = await Clustercast.RunAsync(sandbox, Bound, "edge", "--dry-run", "--stream", "1", "--to", $"@{twitch}", "--profile", "1920x1080@30:9000");
        Assert.Equal(3, finished.Status);
        Assert.Contains("twitch takes at most 6000 kbit/s of video", finished.Output);
        Assert.Contains("rtmp://live.twitch.tv/app/****", finished.Output);
        Assert.DoesNotContain("live_123_secret", finished.ToString());
        await sandbox.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("is no profile", "--to", "file:x.mkv", "--profile", "900p")]
    [InlineData("cannot be read", "--to", "@does-not-exist")]
    [InlineData("is not set", "--to", "env:CLUSTERCAST_TEST_NOT_SET")]
    [InlineData("There is no destination 'twitch'", "--to", "twitch")]
    [InlineData("cannot be reached by 'http:'", "--to", "http://example.org/live")]
    [InlineData("2 destinations and 3 profiles", "--to", "file:x.mkv", "--to", "file:y.mkv", "--profile", "360p", "--profile", "480p", "--profile", "720p")]
    public async Task Wrong_use_is_one_sentence(string words, params string[] flags) =>
        await Clustercast.RefusesAsync(64, [words], ["edge", "--stream", "1", .. flags]);

    private async Task<Command> EdgeAsync(Sandbox sandbox, NginxRtmp first, NginxRtmp second)
    {
        string[] node = ["--deployments", network.Deployments, "--data", sandbox.File("edge")];
        var deposit = await Clustercast.RunAsync(sandbox, Bound, ["wallet", "deposit", "--amount", "3", .. node]);
        Assert.True(deposit.Status == 0, deposit.ToString());
        // Whatever else runs on this machine, this is not a test of its free cores.
        return Command.Start(sandbox, Clustercast.Binary,
            [
                "edge", "--bootstrap", network.Bootstrap, "--stream", "1", .. node, "--supervised",
                "--to", $"@{Write(sandbox, "first", first.Url(FirstKey))}", "--profile", "source",
                "--to", $"@{Write(sandbox, "second", second.Url(SecondKey))}", "--profile", "320x180@30:300",
            ],
            ("CLUSTERCAST_edge__admission", "false"));
    }

    private static string Write(Sandbox sandbox, string name, string text)
    {
        File.WriteAllText(sandbox.File(name), text + "\n");
        return sandbox.File(name);
    }

    private static async Task<string> AddAsync(HttpClient client, string to, string profile)
    {
        var answer = await client.PostAsJsonAsync("/api/streams/1/destinations", new { to, profile });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["name"]!;
    }

    private static async Task AssertRefusesAsync(HttpClient client, string path, object body, HttpStatusCode status, string words)
    {
        var answer = await client.PostAsJsonAsync(path, body);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(words, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]);
    }

    private static async Task<JsonNode> StreamAsync(string http)
    {
        using var client = new HttpClient();
        return JsonNode.Parse(await client.GetStringAsync($"{http}/api/streams/1"))!;
    }

    private static Task UntilAsync(string http, Command edge, Func<JsonNode, bool> done)
    {
        JsonNode? last = null;
        return Poll.UntilAsync(async () => done(last = await StreamAsync(http)), Bound, () => $"It does not come to that: {last}\n{edge.Said}");
    }

    private static string? State(JsonNode stream, int destination) =>
        stream["destinations"]!.AsArray() is { } all && all.Count > destination ? (string?)all[destination]!["state"] : null;

    private static JsonNode Encoded(JsonNode stream) => stream["outputs"]!.AsArray().Single(output => (string?)output!["profile"] == "320x180@30:300")!;

    private static void AssertNoKeyInAProcessList() => Assert.DoesNotContain(Commands(), command => command.Text.Contains(FirstKey, StringComparison.Ordinal) || command.Text.Contains(SecondKey, StringComparison.Ordinal));

    private static void KillEncoder() => Assert.Equal(0, Sandbox.Kill(Commands().First(command => command.Text.StartsWith("/usr/bin/ffmpeg", StringComparison.Ordinal) && command.Text.Contains("scale=320:180", StringComparison.Ordinal)).Id, 9));

    private static IEnumerable<(int Id, string Text)> Commands()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            var text = "";
            try
            {
                text = File.ReadAllText($"{folder}/cmdline").Replace('\0', ' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }

            yield return (id, text);
        }
    }

    private static async Task<List<(int Ms, bool IsKey)>> FramesAsync(Sandbox sandbox, string file)
    {
        var probe = await Ffmpeg.RunAsync(sandbox, "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=dts_time,flags", "-of", "csv=p=0", file);
        Assert.True(probe.Status == 0, probe.ToString());
        return [.. probe.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))
            .Select(fields => ((int)Math.Round(double.Parse(fields[0], CultureInfo.InvariantCulture) * 1000), fields[1].StartsWith('K')))];
    }

    private static async Task AssertDecodesAsync(Sandbox sandbox, string file, string size)
    {
        var probe = await Ffmpeg.RunAsync(sandbox, "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0", file);
        Assert.Contains(size, probe.Output);
        var player = await Ffmpeg.RunAsync(sandbox, "ffmpeg", "-v", "error", "-nostdin", "-i", file, "-map", "0", "-f", "null", "-");
        Assert.True(player.Status == 0 && player.Errors.Length == 0, player.ToString());
    }

    private static async Task EndAsync(Sandbox sandbox, Command edge, Command publisher, params NginxRtmp[] servers)
    {
        var finished = await edge.CloseAsync();
        Assert.True(finished.Status == 0, finished.ToString());
        Assert.DoesNotContain("   at ", finished.ToString());
        Assert.DoesNotContain(FirstKey, finished.ToString());
        publisher.Signal(2);
        await publisher.EndAsync(Bound);
        foreach (var server in servers)
        {
            await server.KillAsync();
        }

        await sandbox.AssertNoProcessIsLeftAsync();
    }
}
