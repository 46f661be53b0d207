using System.Text.Json.Nodes;
using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Roles;

public sealed class DiscoveryTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Roles_that_know_one_node_of_the_DHT_find_each_other_and_the_picture_flows()
    {
        await using var sandbox = new Sandbox();
        await using var devnet = Start(sandbox, "devnet", "--port", "0");
        var keys = (await devnet.ReadyAsync())["keys"];
        string[] dht = ["--lan", "off", "--dht-listen", "127.0.0.1:0"];
        await using var relay = Start(sandbox, "relay", [.. dht, "--node-key", Path.Combine(keys, "relay1.json"), "--face-value", "400"]);
        var entry = (await relay.ReadyAsync())["dht"];
        await using var broadcast = Start(sandbox, "broadcast", [.. dht, "--dht-bootstrap", entry, "--rtmp", "127.0.0.1:0", "--publish-key", "key"]);
        await using var publisher = Ffmpeg.Publish(sandbox, $"{(await broadcast.ReadyAsync())["rtmp"]}/key");
        string[] viewer = ["--deployments", sandbox.File("deployments.json"), "--data", sandbox.File("viewer")];
        var deposit = await Clustercast.RunAsync(sandbox, Bound, ["wallet", "deposit", "--amount", "3", .. viewer]);
        Assert.True(deposit.Status == 0, deposit.ToString());

        await using var watch = Clustercast.Start(sandbox, ["watch", .. dht, "--dht-bootstrap", entry, "--duration", "10", "--report", sandbox.File("report.json"), .. viewer]);
        var finished = await watch.EndAsync(Bound);
        Assert.True(finished.Status == 0, finished.ToString());
        var report = JsonNode.Parse(await File.ReadAllTextAsync(sandbox.File("report.json")))!;
        Assert.True((long)report["verifiedBytes"]! > 50_000, report.ToJsonString());

        publisher.Signal(2);
        await publisher.EndAsync(Bound);
        foreach (var role in (Command[])[broadcast, relay, devnet])
        {
            var ended = await role.CloseAsync();
            Assert.True(ended.Status == 0, ended.ToString());
        }

        Assert.True(File.Exists(Path.Combine(sandbox.File("relay"), "dht.state")));
    }

    private static Command Start(Sandbox sandbox, string verb, params string[] flags) =>
        Clustercast.Start(sandbox, [verb, .. flags, "--data", sandbox.File(verb), "--deployments", sandbox.File("deployments.json"), "--supervised"]);
}
