using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Fetching;

/// <summary>What a stranger gets for a Fetch, frame by frame.</summary>
public sealed class FetchServingTests
{
    [Fact]
    public async Task A_cached_window_comes_whole_and_proves_itself()
    {
        await using var scene = await Scene.Create(parts: 9);
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send(Ask(window: 1));
        var frames = await Answer(peer);
        FrameType[] expected =
        [
            FrameType.Subscribed, FrameType.Init, FrameType.Window, .. Enumerable.Repeat(FrameType.Node, 4), FrameType.Head, .. Enumerable.Repeat(FrameType.Leaf, 8),
            FrameType.Ended,
        ];
        Assert.Equal(expected, frames.Select(frame => frame.Type));
        Assert.Equal(scene.World.Sent.Take(4).SelectMany(part => part), frames.Where(f => f.Type == FrameType.Leaf).SelectMany(f => LeafMessage.Read(f.Body).Bytes.ToArray()));
        Assert.Equal(HeadFlags.Last, HeadMessage.Read(frames.Single(f => f.Type == FrameType.Head).Body).Flags);
        Assert.Equal(1, scene.Relay.Snapshot().Fetching.Served);
    }

    [Fact]
    public async Task A_range_of_parts_brings_all_nodes_but_only_the_wanted_leaves()
    {
        await using var scene = await Scene.Create(parts: 9);
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send(Ask(window: 2, part: 1, parts: 2));
        var frames = await Answer(peer);
        Assert.Equal(4, frames.Count(frame => frame.Type == FrameType.Node));
        Assert.Equal(
            [(1, 0), (1, 1), (2, 0), (2, 1)],
            frames.Where(frame => frame.Type == FrameType.Leaf).Select(Place));
    }

    [Fact]
    public async Task The_open_window_comes_as_far_as_it_is()
    {
        await using var scene = await Scene.Create(parts: 6);
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send(Ask(window: 2));
        var frames = await Answer(peer);
        Assert.Equal(2, HeadMessage.Read(frames.Single(frame => frame.Type == FrameType.Head).Body).Count);
        Assert.Equal(4, frames.Count(frame => frame.Type == FrameType.Leaf));
    }

    [Theory]
    [InlineData(9, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 77)]
    public async Task What_is_not_cached_is_refused(uint window, ulong run)
    {
        await using var scene = await Scene.Create(parts: 5);
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send(Ask(window, run: run));
        Assert.Equal(RefusalCode.NotCarried, Refused.Read((await peer.Read(FrameType.Refused)).Body).Code);
        await peer.Send(new Fetch(4, new StreamId(77), 1, 0, 1, 0, 0));
        Assert.Equal(RefusalCode.NotCarried, Refused.Read((await peer.Read(FrameType.Refused)).Body).Code);
        Assert.Equal(2, scene.Relay.Snapshot().Fetching.Refused);
    }

    [Fact]
    public async Task A_fifth_fetch_at_a_time_is_refused_and_an_unsubscribed_one_makes_room()
    {
        var sessions = new SwitchableSessions { IsBlocked = true };
        await using var scene = await Scene.Create(parts: 9, options => options with { ServingSessions = sessions });
        using var peer = await RawPeer.Join(scene.Web.Url);
        for (byte channel = 1; channel <= FetchDesk.MaxFetches + 1; channel++)
        {
            await peer.Send(Ask(window: 1, channel: channel));
        }

        var refused = Refused.Read((await peer.Read(FrameType.Refused)).Body);
        Assert.Equal((FetchDesk.MaxFetches + 1, RefusalCode.Full), (refused.Channel, refused.Code));
        await peer.Send(new Unsubscribe(1));
        await peer.Send(Ask(window: 1, channel: 9));
        Assert.Equal(9, Subscribed.Read((await peer.Read(FrameType.Subscribed)).Body).Channel);
        Assert.Single(sessions.Opened);
    }

    [Fact]
    public async Task One_after_the_other_as_many_are_answered_as_are_asked_for()
    {
        await using var scene = await Scene.Create(parts: 5);
        using var peer = await RawPeer.Join(scene.Web.Url);
        for (byte channel = 1; channel <= 3 * FetchDesk.MaxFetches; channel++)
        {
            await peer.Send(Ask(window: 1, channel: channel));
            Assert.Equal(channel, Ended.Read((await Answer(peer))[^1].Body).Channel);
        }
    }

    private static (int Part, int Leaf) Place(RawFrame frame)
    {
        var leaf = LeafMessage.Read(frame.Body);
        return (leaf.Part, leaf.Leaf);
    }

    private static Fetch Ask(uint window, ushort part = 0, ushort parts = 0, byte channel = 3, ulong run = 0) =>
        new(channel, MeshWorld.Track.Stream, MeshWorld.Track.Track, run, window, part, parts);

    private static async Task<List<RawFrame>> Answer(RawPeer peer)
    {
        var frames = new List<RawFrame>();
        do
        {
            frames.Add((await peer.ReadSubscription())!);
        }
        while (frames[^1].Type != FrameType.Ended);
        return frames;
    }

    /// <summary>A relay with so many parts, four a window.</summary>
    private sealed record Scene(MeshWorld World, MeshNode Relay, WebEnd Web, Publisher Publisher) : IAsyncDisposable
    {
        public static async Task<Scene> Create(int parts, Func<MeshOptions, MeshOptions>? change = null)
        {
            var world = new MeshWorld();
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
            return new Scene(world, relay, await WebEnd.Open(relay), publisher);
        }

        public async ValueTask DisposeAsync()
        {
            await World.DisposeAsync();
            await Web.DisposeAsync();
        }
    }
}
