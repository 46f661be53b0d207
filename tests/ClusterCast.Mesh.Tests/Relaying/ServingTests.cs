using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Relaying;

/// <summary>What a browser meets at a relay, over a real WebSocket.</summary>
public sealed class ServingTests
{
    [Fact]
    public async Task A_joiner_gets_the_whole_open_window_as_one_burst()
    {
        await using var scene = await Scene.Create(parts: 3);
        using var viewer = await RawPeer.Join(scene.Web.Url);
        await viewer.Send(Ask(window: 0, parts: 0));

        Assert.Equal(FrameType.Subscribed, (await viewer.ReadSubscription())!.Type);
        var types = new List<FrameType>();
        var media = new List<byte>();
        while (types.Count(type => type == FrameType.Leaf) < 6)
        {
            var frame = (await viewer.ReadSubscription())!;
            types.Add(frame.Type);
            if (frame.Type == FrameType.Leaf)
            {
                media.AddRange(LeafMessage.Read(frame.Body).Bytes);
            }
        }

        FrameType[] expected = [FrameType.Init, FrameType.Window, FrameType.Node, FrameType.Node, FrameType.Part, .. Enumerable.Repeat(FrameType.Leaf, 6)];
        Assert.Equal(expected, types);
        Assert.Equal(scene.World.Sent.SelectMany(part => part), media);
    }

    [Fact]
    public async Task What_a_joiner_gets_verifies_up_to_the_last_head()
    {
        await using var scene = await Scene.Create(parts: 2);
        using var viewer = await RawPeer.Join(scene.Web.Url);
        await viewer.Send(Ask(window: 0, parts: 0));
        await viewer.Read(FrameType.Subscribed);
        for (var i = 0; i < 3; i++)
        {
            scene.World.Add(scene.Publisher);
        }

        var verifier = new WindowVerifier(MeshWorld.Track, MeshWorld.Domains.StreamKeys, new AnyKey());
        while (verifier.Current is not { Number: 2 })
        {
            var frame = (await viewer.ReadSubscription())!;
            if (frame.Type == FrameType.Window && WindowMessage.Read(frame.Body).Window == 2)
            {
                Assert.True(verifier.Current!.IsClosed);
                Assert.All(verifier.Current.Parts, part => Assert.True(part.IsComplete));
                Assert.Equal(4, verifier.Current.Parts.Count);
            }

            Assert.True(Feed(verifier, frame) is Verdict.Accepted or Verdict.Duplicate, frame.Type.ToString());
        }
    }

    [Fact]
    public async Task A_resumer_gets_the_nodes_but_not_the_leaves_that_it_has()
    {
        await using var scene = await Scene.Create(parts: 3);
        using var viewer = await RawPeer.Join(scene.Web.Url);
        await viewer.Send(Ask(window: 1, parts: 2));

        var subscribed = Subscribed.Read((await viewer.ReadSubscription())!.Body);
        Assert.Equal(1U, subscribed.Window);
        var leaves = new List<(ushort Part, byte Leaf)>();
        var nodes = 0;
        while (leaves.Count < 2)
        {
            var frame = (await viewer.ReadSubscription())!;
            nodes += frame.Type is FrameType.Node or FrameType.Part ? 1 : 0;
            if (frame.Type == FrameType.Leaf)
            {
                var leaf = LeafMessage.Read(frame.Body);
                leaves.Add((leaf.Part, leaf.Leaf));
            }
        }

        Assert.Equal(3, nodes);
        Assert.Equal([(2, 0), (2, 1)], leaves);
    }

    [Fact]
    public async Task A_resumer_that_is_ahead_waits_for_its_window()
    {
        await using var scene = await Scene.Create(parts: 4);
        using var viewer = await RawPeer.Join(scene.Web.Url);
        await viewer.Send(Ask(window: 2, parts: 1));
        Assert.Equal(2U, Subscribed.Read((await viewer.ReadSubscription())!.Body).Window);
        scene.World.Add(scene.Publisher);
        scene.World.Add(scene.Publisher);

        Assert.Equal(FrameType.Init, (await viewer.ReadSubscription())!.Type);
        Assert.Equal(2U, WindowMessage.Read((await viewer.ReadSubscription())!.Body).Window);
        Assert.Equal(1, LeafMessage.Read((await viewer.Read(FrameType.Leaf)).Body).Part);
    }

    [Fact]
    public async Task A_resumer_more_than_three_windows_behind_starts_at_the_newest()
    {
        await using var scene = await Scene.Create(parts: 5 * 4);
        using var viewer = await RawPeer.Join(scene.Web.Url);
        await viewer.Send(Ask(window: 1, parts: 2));
        Assert.Equal(5U, Subscribed.Read((await viewer.ReadSubscription())!.Body).Window);
    }

    [Fact]
    public async Task A_full_relay_refuses_and_names_others_that_carry_the_track()
    {
        await using var scene = await Scene.Create(parts: 1, options => options with { MaxSubscribers = 1 });
        var now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var other = RelayRecord.Sign(
            MeshWorld.Key(9), Address.Zero, 5, now, now + 60_000, [new Endpoint(EndpointKind.WebSocket, "ws://192.0.2.1:1/clustercast")],
            [new CarriedTrack(MeshWorld.Track, 1, 1)], MeshWorld.Domains.RelayStaking);
        using var first = await RawPeer.Join(scene.Web.Url);
        using var second = await RawPeer.Join(scene.Web.Url);
        await first.Send(other);
        await scene.World.Until(() => scene.Relay.Records.Count == 1);
        await first.Send(Ask(0, 0));
        await first.Read(FrameType.Subscribed);
        await second.Send(Ask(0, 0));
        var refused = Refused.Read((await second.Read(FrameType.Refused)).Body);
        Assert.Equal(RefusalCode.Full, refused.Code);
        Assert.True(refused.RetryAfterMs > 0);
        RelayRecord named;
        do
        {
            named = RelayRecord.Read((await second.Read(FrameType.Record)).Body);
        }
        while (named.Node != other.Node);

        // A place that is given back can be taken.
        await first.Send(new Unsubscribe(7));
        await scene.World.Until(() => scene.Relay.Snapshot().Subscribers == 0);
        await second.Send(Ask(0, 0));
        await second.Read(FrameType.Subscribed);
    }

    [Fact]
    public async Task A_relay_whose_egress_is_promised_refuses_tells_its_load_and_goes_on_serving()
    {
        // 20,000 bytes every 100 ms are 1.6 Mb/s.
        await using var scene = await Scene.Create(parts: 12, options => options with { MaxEgress = 2_500_000 });
        using var first = await RawPeer.Join(scene.Web.Url);
        using var second = await RawPeer.Join(scene.Web.Url);
        await first.Send(Ask(0, 0));
        await first.Read(FrameType.Subscribed);
        await second.Send(Ask(0, 0));
        Refused? refused = null;
        Load? load = null;
        while (refused is null || load is null)
        {
            var frame = (await second.Read())!;
            refused = frame.Type == FrameType.Refused ? Refused.Read(frame.Body) : refused;
            load = frame.Type == FrameType.Load ? Load.Read(frame.Body) : load;
        }

        Assert.Equal((RefusalCode.Full, "No more can be sent from here."), (refused.Value.Code, refused.Value.Reason));
        Assert.Equal(64, load.Value.Percent);
        var heard = 0;
        while (heard < 5)
        {
            scene.World.Add(scene.Publisher);
            await first.Read(FrameType.Leaf);
            heard++;
        }
    }

    [Fact]
    public async Task A_track_that_is_not_carried_is_refused()
    {
        await using var scene = await Scene.Create(parts: 1);
        using var viewer = await RawPeer.Join(scene.Web.Url);
        await viewer.Send(new Subscribe(1, new StreamId(9), 480, 0, 0));
        Assert.Equal(RefusalCode.NotCarried, Refused.Read((await viewer.Read(FrameType.Refused)).Body).Code);
    }

    [Fact]
    public async Task A_slow_subscriber_skips_to_the_newest_window_and_slows_nobody()
    {
        await using var scene = await Scene.Create(parts: 1, options => options with { MaxLatency = TimeSpan.FromSeconds(2) });
        using var slow = await RawPeer.Join(scene.Web.Url);
        await slow.Send(Ask(0, 0));
        await slow.Read(FrameType.Subscribed);
        var fast = scene.World.Viewer(20).Subscribe(MeshWorld.Track);
        var received = 0;
        async Task Play(int parts)
        {
            for (var i = 0; i < parts; i++)
            {
                Assert.Equal(scene.World.Sent[received++], (await MeshWorld.Next(fast)).Bytes.ToArray());
                scene.World.Add(scene.Publisher, bytes: 200_000);
            }
        }

        // The kernel takes some megabytes for the slow one; then its connection blocks, alone.
        var blocked = () => scene.Relay.Connections.Ready.Any(peer => peer.Node is null && peer.BlockedFor > TimeSpan.FromSeconds(2.5));
        while (!scene.Relay.Connections.Ready.Any(peer => peer.Node is null && peer.BlockedFor > TimeSpan.Zero) || received < 100)
        {
            await Play(20);
        }

        await scene.World.Until(blocked);
        await Play(20);
        Assert.Equal(0, fast.Statistics.PartsLost);

        // When it reads again it gets what the kernel had taken for it, then goes on with a later window.
        uint last = 0;
        while (true)
        {
            var frame = (await slow.ReadSubscription())!;
            if (frame.Type == FrameType.Window)
            {
                var window = WindowMessage.Read(frame.Body).Window;
                if (last != 0 && window > last + 1)
                {
                    break;
                }

                last = window;
            }
        }

        Assert.True(scene.Relay.Snapshot().WindowsSkipped > 0);
    }

    private static Subscribe Ask(uint window, ushort parts) => new(7, MeshWorld.Track.Stream, MeshWorld.Track.Track, window, parts);

    private static Verdict Feed(WindowVerifier verifier, RawFrame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Init:
                var init = InitMessage.Read(frame.Body);
                return verifier.AcceptInit(init.Run, init.Bytes.ToArray());
            case FrameType.Window:
                var window = WindowMessage.Read(frame.Body);
                return verifier.OpenWindow(window.Window, window.Prev);
            case FrameType.Node:
                var node = NodeMessage.Read(frame.Body);
                return verifier.AcceptNode(node.Window, node.Part, node.Time, node.Flags, node.ByteLength, node.Leaves);
            case FrameType.Part:
                var part = PartMessage.Read(frame.Body);
                var verdict = verifier.AcceptNode(part.Window, part.Part, part.Time, part.Flags, part.ByteLength, part.Leaves);
                return verdict == Verdict.Accepted
                    ? verifier.AcceptHead(part.Window, (ushort)(part.Part + 1), part.Time, part.HeadFlags, part.Signature)
                    : verdict;
            case FrameType.Head:
                var head = HeadMessage.Read(frame.Body);
                return verifier.AcceptHead(head.Window, head.Count, head.Time, head.Flags, head.Signature);
            case FrameType.Leaf:
                var leaf = LeafMessage.Read(frame.Body);
                return verifier.AcceptLeaf(leaf.Window, leaf.Part, leaf.Leaf, leaf.Bytes);
            default:
                return Verdict.Accepted;
        }
    }

    private sealed class AnyKey : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => true;
    }

    private sealed class Scene : IAsyncDisposable
    {
        public required MeshWorld World { get; init; }

        public required MeshNode Relay { get; init; }

        public required WebEnd Web { get; init; }

        public required ClusterCast.Mesh.Publishing.Publisher Publisher { get; init; }

        public static async Task<Scene> Create(int parts, Func<MeshOptions, MeshOptions>? change = null)
        {
            var world = new MeshWorld();
            var relay = world.Relay(1, change);
            world.Bootstrap(relay);
            var broadcaster = world.Broadcaster(10);
            var web = await WebEnd.Open(relay);
            var publisher = world.Publish(broadcaster);
            world.Add(publisher);
            await world.Until(() => relay.Carried is [{ Path: not null }]);
            for (var i = 1; i < parts; i++)
            {
                world.Add(publisher);
            }

            await world.Until(() => relay.Carries is [{ Statistics: var s }] && s.PartsDelivered == parts);
            return new Scene { World = world, Relay = relay, Web = web, Publisher = publisher };
        }

        public async ValueTask DisposeAsync()
        {
            await World.DisposeAsync();
            await Web.DisposeAsync();
        }
    }
}
