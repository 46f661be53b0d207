using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Publishing;

namespace ClusterCast.Mesh.Tests.Fetching;

/// <summary>Windows of before.</summary>
public sealed class CatchUpTests
{
    [Fact]
    public async Task Earlier_windows_are_fetched_from_a_relay_whose_record_names_them()
    {
        await using var world = new MeshWorld();
        var purse = new CountingPurse();
        var (relay, _) = await RelayWith(world, parts: 11);
        var viewer = world.Viewer(20, options => options with { PayingSessions = purse });
        await world.Until(() => viewer.Records is [{ Tracks: [{ NewestWindow: >= 1 }] }]);

        for (var window = 1U; window <= 2; window++)
        {
            var parts = await viewer.FetchAsync(MeshWorld.Track, window, CancellationToken.None);
            Assert.Equal(world.Sent.Skip(4 * (int)(window - 1)).Take(4), parts!.Select(part => part.Bytes.ToArray()));
            Assert.All(parts!, part => Assert.Equal(window, part.Window));
            Assert.True(parts![0].StartsWindow);
            Assert.True(parts[0].Head.Head.IsLast);
        }

        Assert.Equal(3, (await viewer.FetchAsync(MeshWorld.Track, 3, CancellationToken.None))!.Count);
        Assert.Equal(world.Sent.Sum(part => part.Length), purse.Verified);
        Assert.Null(await viewer.FetchAsync(MeshWorld.Track, 99, CancellationToken.None));
        Assert.Equal(new FetchSnapshot(Served: 3, Refused: 1, 0, 0, 0), relay.Snapshot().Fetching);
    }

    [Fact]
    public async Task A_relay_that_answers_with_a_false_leaf_is_banned_and_nothing_of_it_is_taken()
    {
        await using var world = new MeshWorld();
        var fault = new SwitchableFault();
        var (relay, _) = await RelayWith(world, parts: 5, options => options with { Fault = fault });
        fault.Now = Misbehaviour.FlipBit;
        var viewer = world.Viewer(20);
        await world.Until(() => viewer.Records is [{ Tracks.Count: 1 }]);
        Assert.Null(await viewer.FetchAsync(MeshWorld.Track, 1, CancellationToken.None));
        Assert.Equal([relay.NodeId], viewer.Banned);
        Assert.Single(System.IO.Directory.GetFiles(Path.Combine(world.Directory, "20", "incidents")));
    }

    private static async Task<(MeshNode Relay, Publisher Publisher)> RelayWith(MeshWorld world, int parts, Func<MeshOptions, MeshOptions>? change = null)
    {
        var relay = world.Relay(1, change);
        world.Bootstrap(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);
        for (var i = 1; i < parts; i++)
        {
            world.Add(publisher);
        }

        await world.Until(() => relay.Carries[0].Statistics.PartsDelivered == parts);
        return (relay, publisher);
    }
}
