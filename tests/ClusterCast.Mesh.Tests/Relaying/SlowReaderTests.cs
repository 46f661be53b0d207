using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Relaying;

/// <summary>Many subscribers on real connections, some of which read nothing.</summary>
[Collection(nameof(Alone))]
public sealed class SlowReaderTests
{
    [Fact]
    public async Task Readers_that_stand_still_slow_nobody_and_cost_no_memory()
    {
        const int slowOnes = 8;
        const int fastOnes = 8;
        await using var world = new MeshWorld();
        var relay = world.Relay(1, options => options with { MaxLatency = TimeSpan.FromSeconds(2), CacheBytes = 2_000_000 });
        world.Bootstrap(relay);
        await using var web = await WebEnd.Open(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);

        var slow = new List<RawPeer>();
        for (var i = 0; i < slowOnes; i++)
        {
            slow.Add(await RawPeer.Join(web.Url));
            await slow[i].Send(new Subscribe(7, MeshWorld.Track.Stream, MeshWorld.Track.Track, 0, 0));
            await slow[i].Read(FrameType.Subscribed);
        }

        var fast = Enumerable.Range(0, fastOnes).Select(i => world.Viewer((byte)(20 + i)).Subscribe(MeshWorld.Track)).ToList();
        var received = 0;
        async Task Play(int parts)
        {
            for (var i = 0; i < parts; i++)
            {
                var expected = world.Sent[received++];
                foreach (var subscription in fast)
                {
                    Assert.Equal(expected, (await MeshWorld.Next(subscription)).Bytes.ToArray());
                }

                world.Add(publisher, bytes: 100_000);
            }
        }

        // The kernel takes some megabytes for each; then all of the slow ones are blocked.
        var blocked = () => relay.Connections.Ready.Count(peer => peer.Node is null && peer.BlockedFor > TimeSpan.FromSeconds(2.5));
        while (relay.Connections.Ready.Count(peer => peer.Node is null && peer.BlockedFor > TimeSpan.Zero) < slowOnes)
        {
            await Play(10);
        }

        await world.Until(() => blocked() == slowOnes);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Play(60);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        // 60 parts for 8 slow readers are 48 MB; what the test itself remembers of them is 6 MB.
        Assert.InRange(grown, long.MinValue, 24_000_000);
        Assert.All(fast, subscription => Assert.Equal(0, subscription.Statistics.PartsLost + subscription.Statistics.PartsDropped));
        Assert.All(fast, subscription => Assert.Equal(0, subscription.Statistics.Switches));
        slow.ForEach(peer => peer.Dispose());
    }
}
