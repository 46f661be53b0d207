using System.Diagnostics;

namespace ClusterCast.Mesh.Tests.Tree;

/// <summary>
/// The tree heals: relays are killed and started again, the network parts and heals, and every viewer keeps its stream. CLUSTERCAST_CHURN_SECONDS makes it longer.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const int ShortSeconds = 12;

    [Fact]
    public async Task Every_viewer_keeps_every_part_while_relays_come_and_go()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("CLUSTERCAST_CHURN_SECONDS"), out var wanted) ? wanted : ShortSeconds;
        var random = new Random(11);
        await using var mesh = await ChurningMesh.Start(relays: 8, viewers: 3, random);
        await using var pump = Pump.Start(mesh.World, mesh.Publisher, partsPerWindow: 50);
        await Flow(mesh, 150);
        var (handles, memory) = (ChurningMesh.Handles(), GC.GetTotalMemory(forceFullCollection: true));
        var clock = Stopwatch.StartNew();
        for (var round = 0; clock.Elapsed.TotalSeconds < seconds; round++)
        {
            await mesh.Kill();
            await Flow(mesh, 60);
            if (round % 3 == 1)
            {
                mesh.Partition();
                await Flow(mesh, 60);
            }

            mesh.Revive();
            await Flow(mesh, 120);
            Assert.Null(mesh.LoopOf());
        }

        // At rest: nobody is an orphan, nothing goes in a circle, and nothing has piled up.
        await mesh.World.Until(() => mesh.Living.All(relay => relay.Carried is [{ Path: not null }]));
        Assert.Null(mesh.LoopOf());
        Assert.All(mesh.Viewers, viewer => Assert.Equal((0, 0), (viewer.Statistics.PartsLost, viewer.Statistics.LeavesRejected)));
        Assert.All(mesh.Viewers, viewer => Assert.Empty(viewer.Statistics.Banned));
        Assert.InRange(ChurningMesh.Handles(), 0, handles + 60);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine($"{clock.Elapsed.TotalSeconds:0} s, {mesh.Delivered} parts, {mesh.Viewers.Sum(v => v.Statistics.Switches)} switches, handles {handles} -> {ChurningMesh.Handles()}, memory {grown / 1e6:+0.0;-0.0} MB");
    }

    // The stream flows: so many more parts have reached the viewers.
    private static async Task Flow(ChurningMesh mesh, int parts)
    {
        var goal = mesh.Delivered + (parts * mesh.Viewers.Count / 3);
        await mesh.World.Until(() => mesh.Fault is not null || mesh.Delivered >= goal);
        Assert.Null(mesh.Fault);
    }
}
