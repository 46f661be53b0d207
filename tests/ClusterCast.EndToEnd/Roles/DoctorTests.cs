using System.Text.Json.Nodes;
using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Roles;

/// <summary>The doctor examines this machine's loopback by a real relay.</summary>
[Collection(Network.Name)]
public sealed class DoctorTests(NetworkFixture network)
{
    [Fact]
    public async Task It_says_what_the_network_is_and_what_a_relay_can_earn()
    {
        await using var sandbox = new Sandbox();

        var finished = await Clustercast.RunAsync(
            sandbox, TimeSpan.FromSeconds(60), "doctor", "--relay", network.Relay["tls"], "--deployments", network.Deployments, "--json");

        Assert.True(finished.Status == 0, finished.ToString());
        var found = JsonNode.Parse(finished.Output)!;
        Assert.Equal(network.Relay["node"], (string?)found["relays"]![0]!["node"]);
        Assert.StartsWith("127.0.0.1:", (string?)found["relays"]![0]!["seen"], StringComparison.Ordinal);
        Assert.False((bool?)found["isTranslated"]);
        Assert.True((double?)found["downMegabits"] > 10);
        Assert.True((double?)found["upMegabits"] > 5);
        Assert.True((bool?)found["meetsMinimum"]);
        Assert.True((int?)found["earnings"]!["viewers"] > 0);
        await sandbox.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task It_writes_sentences_for_people_and_takes_a_bootstrap_file()
    {
        await using var sandbox = new Sandbox();

        var finished = await Clustercast.RunAsync(
            sandbox, TimeSpan.FromSeconds(60), "doctor", "--bootstrap", network.Bootstrap, "--deployments", network.Deployments);

        Assert.True(finished.Status == 0, finished.ToString());
        Assert.Contains("Uplink    ", finished.Output, StringComparison.Ordinal);
        Assert.Contains("A relay here could serve", finished.Output, StringComparison.Ordinal);
    }

    [Fact]
    public Task Without_a_relay_it_fails_clearly() => Clustercast.RefusesAsync(64, ["No relay to ask", "--relay"], "doctor", "--deployments", network.Deployments);

    [Fact]
    public Task A_relay_that_does_not_answer_is_named() =>
        Clustercast.RefusesAsync(69, ["No relay answers", "127.0.0.1:1"], "doctor", "--relay", "tls://127.0.0.1:1", "--deployments", network.Deployments);
}
