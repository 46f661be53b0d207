using ClusterCast.Node.Bench;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Bench;

public sealed class DiscoveryBenchTests
{
    [Fact]
    public async Task Twenty_relays_are_found_killed_and_started_again()
    {
        var output = new StringWriter();
        var status = await DiscoveryBenchCommand.RunAsync(
            Given.Context(Given.Settings(("discovery:nodes", "20"), ("discovery:rounds", "4")), output), TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Ok, status);
        var report = System.Text.Json.Nodes.JsonNode.Parse(output.ToString())!;
        Assert.Equal((24, 7), ((int)report["nodes"]!, (int)report["killed"]!));
        Assert.Equal(4, (int)report["find"]!["tries"]!);
        Assert.Equal(500, (int)report["lookupAfterKill"]!["tries"]!);

        // Bounds of seconds may be passed on a busy machine, but not by half of the tries.
        Assert.All(["find", "lookup", "lookupAfterKill", "findAfterKill", "restart"], name => Assert.InRange((double)report[name]!["successPercent"]!, 50.0, 100.0));
    }

    [Fact]
    public void Failures_count_as_tries_and_not_as_times()
    {
        var sampled = Sampled.Of([1, 2, null, 3]);
        Assert.Equal((4, 75.0, 2.0, 3.0, 3.0), (sampled.Tries, sampled.SuccessPercent, sampled.P50Ms, sampled.P95Ms, sampled.MaxMs));
        Assert.Equal(new Sampled(1, 0, null, null, null), Sampled.Of([null]));
    }
}
