using System.Diagnostics;
using System.Text.Json;

namespace ClusterCast.Mesh.Tests.Tree;

/// <summary>
/// The tree heals: relays are killed and started again, the network parts and heals, and every viewer keeps its stream. SOAK_SECONDS makes it longer; SOAK_REPORT
/// names a file for its figures.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const int ShortSeconds = 12;

    [Fact]
    public async Task Every_viewer_keeps_every_part_while_relays_come_and_go()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("SOAK_SECONDS"), out var wanted) ? wanted : ShortSeconds;
        var random = new Random(11);
        await using var mesh = await ChurningMesh.Start(relays: 8, viewers: 3, random);
        await Flow(mesh, 350);
        var (handles, memory) = (ChurningMesh.Handles(), GC.GetTotalMemory(forceFullCollection: true));
        mesh.StartCounting();
        var clock = Stopwatch.StartNew();
        var round = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; round++)
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
        var handlesGrown = ChurningMesh.Handles() - handles;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        var report = JsonSerializer.Serialize(
            new
            {
                minutes = clock.Elapsed.TotalMinutes,
                kills = round,
                parts = mesh.Delivered,
                switches = mesh.Viewers.Sum(viewer => viewer.Statistics.Switches),
                stalls = mesh.Stalls,
                longestGapMs = mesh.LongestGap.TotalMilliseconds,
                handleGrowth = handlesGrown,
                memoryGrowthMb = grown / 1e6,
            });
        output.WriteLine(report);
        if (Environment.GetEnvironmentVariable("SOAK_REPORT") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, report);
        }

        Assert.InRange(handlesGrown, int.MinValue, 60);
        Assert.InRange(grown, long.MinValue, 40_000_000);

        // The one that was killed last may still be on a stack.
        Assert.InRange(mesh.Undead, 0, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_the_links_and_whoever_goes_there_is_no_loop_and_no_orphan(int seed)
    {
        var random = new Random(seed);
        await using var mesh = await ChurningMesh.Start(relays: random.Next(5, 10), viewers: 1, random);
        string? loop = null;
        void Look() => loop ??= mesh.LoopOf();
        mesh.Source.HouseKept += Look;
        for (var round = 0; round < 4; round++)
        {
            for (var gone = random.Next(1, 3); gone > 0; gone--)
            {
                await mesh.Kill();
            }

            if (random.Next(2) == 0)
            {
                mesh.Partition();
            }

            // The survivors carry the track again, by ways that live.
            var living = mesh.Living.Select(relay => relay.NodeId).Append(mesh.Source.NodeId).ToHashSet();
            await mesh.World.Until(() => mesh.Living.All(relay => relay.Carried is [{ Path: { } path }] && path.All(living.Contains)));
            await Flow(mesh, 30);
            while (mesh.Living.Count < 4 || random.Next(2) == 0)
            {
                mesh.Revive();
            }
        }

        mesh.Source.HouseKept -= Look;
        Assert.Null(loop);
        Assert.Equal(0, mesh.Viewers[0].Statistics.PartsLost);
    }

    // The stream flows: so many more parts have reached the viewers.
    private static async Task Flow(ChurningMesh mesh, int parts)
    {
        var goal = mesh.Delivered + (parts * mesh.Viewers.Count / 3);
        await mesh.World.Until(() => mesh.Fault is not null || mesh.Delivered >= goal);
        Assert.Null(mesh.Fault);
    }
}
