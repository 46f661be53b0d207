using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Fetching;

/// <summary>What nodes tell each other of their caches.</summary>
public sealed class HaveTests
{
    [Fact]
    public async Task Nodes_that_know_of_a_track_are_told_which_windows_are_held()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        world.Bootstrap(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        var viewer = world.Viewer(20);
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);
        for (var i = 1; i < 9; i++)
        {
            world.Add(publisher);
        }

        await world.Until(() => viewer.Connections.Ready.SingleOrDefault()?.State.Haves is { } haves
            && haves.Holds(MeshWorld.Track, 1, 1) && haves.Holds(MeshWorld.Track, 0, 2));
        var told = viewer.Connections.Ready.Single().State.Haves;
        Assert.False(told.Holds(MeshWorld.Track, 1, 3));
        Assert.False(told.Holds(MeshWorld.Track, 2, 1));
    }

    [Fact]
    public async Task A_peer_that_tells_of_too_many_tracks_is_left()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        await using var web = await WebEnd.Open(relay);
        using var peer = await RawPeer.Join(web.Url);
        for (ushort track = 0; track <= WireLimits.Tracks; track++)
        {
            await peer.Send(new Have(new StreamId(1), track, 1, 1, 1));
        }

        Assert.Equal(GoodbyeCode.ProtocolError, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
    }

    [Fact]
    public void A_window_is_held_when_it_is_closed_and_whole_and_a_late_one_takes_its_place()
    {
        var cache = new TrackCache(MeshWorld.Track, TimeProvider.System, TimeSpan.FromMinutes(1), long.MaxValue);
        Assert.Null(cache.Held);
        var builder = new WindowBuilder(MeshWorld.Track, 1, MeshWorld.Domains.StreamKeys, MeshWorld.Key(99));
        builder.SetInit("init"u8);
        var late = Add(1) + Add(2);
        Add(3)();
        Assert.Equal(new Have(MeshWorld.Track.Stream, MeshWorld.Track.Track, 1, 3, 0b001), cache.Held);
        late();
        Assert.Equal(new Have(MeshWorld.Track.Stream, MeshWorld.Track.Track, 1, 3, 0b111), cache.Held);
        Assert.Equal((1U, 3U), cache.Range);
        Assert.Equal(3U, cache.Newest!.Number);
        lock (cache.Gate)
        {
            Assert.Equal(2U, cache.After(cache.Find(1, 1)!)!.Number);
        }

        Add(4, isClosed: false)();
        Assert.Equal(0b1110UL, cache.Held!.Value.Held);

        Action Add(uint number, bool isClosed = true)
        {
            builder.OpenWindow();
            var prev = builder.Prev;
            var part = builder.AddPart("part"u8, number, PartFlags.StartsWithIdr);
            var last = isClosed ? builder.CloseWindow(number) : null;
            return () =>
            {
                cache.AddComplete(1, number, prev, "init"u8.ToArray(), part, "part"u8.ToArray());
                if (last is not null)
                {
                    cache.Close(last);
                }
            };
        }
    }
}
