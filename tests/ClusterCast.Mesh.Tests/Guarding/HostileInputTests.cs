using System.Net.Sockets;
using ClusterCast.Mesh.Guarding;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Guarding;

/// <summary>Each kind of attack has its counter and its end, and a viewer beside it notices nothing.</summary>
public sealed class HostileInputTests
{
    private static readonly byte[] BegunFrame = [(byte)FrameType.Leaf, 0x80, 0x00, 0xEA, 0x60, 1, 2, 3];

    [Fact]
    public async Task A_handshake_over_TLS_that_never_begins_is_cut()
    {
        await using var scene = await Scene.Create(options => options with { HandshakeWithin = TimeSpan.FromMilliseconds(300) });
        using var socket = await scene.ConnectAsync();
        Assert.True(await IsClosedAsync(socket));
        await scene.UntilCounted(guard => guard.SlowHandshakes == 1);
    }

    [Fact]
    public async Task A_handshake_over_TLS_that_is_dripped_is_cut()
    {
        await using var scene = await Scene.Create(options => options with { HandshakeWithin = TimeSpan.FromMilliseconds(300) });
        using var socket = await scene.ConnectAsync();

        // The beginning of a TLS record, then nothing that would complete it.
        byte[] hello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC];
        var dripping = DripAsync(piece => socket.SendAsync(piece, SocketFlags.None), hello);
        Assert.True(await IsClosedAsync(socket));
        await scene.UntilCounted(guard => guard.SlowHandshakes == 1);
        await dripping;
    }

    [Fact]
    public async Task What_is_no_TLS_is_a_failed_handshake()
    {
        await using var scene = await Scene.Create();
        using var socket = await scene.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), SocketFlags.None);
        Assert.True(await IsClosedAsync(socket));
        await scene.UntilCounted(guard => guard.FailedHandshakes == 1);
    }

    [Fact]
    public async Task A_hello_that_is_dripped_over_a_WebSocket_is_cut()
    {
        await using var scene = await Scene.Create(options => options with { HandshakeWithin = TimeSpan.FromMilliseconds(300) });
        using var peer = await RawPeer.Connect(scene.Web.Url);
        var dripping = DripAsync(piece => peer.Send(piece.ToArray()), [.. Frame.Encode(new Hello(1, PeerRole.Viewer, 31_337, Hash32.Zero)).SkipLast(1)]);
        Assert.Null(await peer.Read());
        await scene.UntilCounted(guard => guard.SlowHandshakes == 1);
        await dripping;
    }

    [Fact]
    public async Task A_frame_that_begins_and_does_not_end_is_cut_however_busily_it_drips()
    {
        await using var scene = await Scene.Create(options => options with { FrameWithin = TimeSpan.FromMilliseconds(300) });
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send(BegunFrame);
        var dripping = DripAsync(piece => peer.Send(piece.ToArray()), new byte[200]);
        Assert.Equal(GoodbyeCode.ProtocolError, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
        await scene.UntilCounted(guard => guard.SlowFrames == 1);
        await dripping;
    }

    [Fact]
    public async Task A_connection_that_ends_inside_a_frame_is_counted()
    {
        await using var scene = await Scene.Create();
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send(BegunFrame);
        peer.Dispose();
        await scene.UntilCounted(guard => guard.TruncatedFrames == 1);
    }

    [Fact]
    public async Task Huge_malformed_and_unexpected_frames_close_and_unknown_ones_are_skipped()
    {
        await using var scene = await Scene.Create();
        await scene.AttackAsync([(byte)FrameType.Leaf, 0x80, 0x01, 0x00, 0x01]);
        await scene.AttackAsync([(byte)FrameType.Have, 3, 1, 2, 3]);
        await scene.AttackAsync(Frame.Encode(new Hello(1, PeerRole.Viewer, 31_337, Hash32.Zero)));
        await scene.AttackAsync([0x7E, 2, 1, 2, 0x7F, 0, (byte)FrameType.Ping, 0]);
        await scene.UntilCounted(guard => guard is { HugeFrames: 1, MalformedFrames: 2, UnexpectedFrames: 1, UnknownFrames: 2 });
    }

    [Fact]
    public async Task Media_out_of_order_from_a_parent_is_counted_and_the_parent_left()
    {
        await using var world = new MeshWorld();
        var viewer = world.Viewer(20);
        var subscription = viewer.Subscribe(MeshWorld.Track);
        var transport = new MemoryTransport(MeshWorld.Key(9).Address);
        var running = viewer.Connector.RunAsync(transport);
        await Say(transport, new Hello(1, PeerRole.Relay, 31_337, Hash32.Zero));
        await Say(transport, new Announce(MeshWorld.Track.Stream, MeshWorld.Track.Track, 1, [MeshWorld.At(8), MeshWorld.Key(9).Address]));
        await world.Until(() => subscription.Statistics.State == SubscriptionState.Joining);
        await Say(transport, new WindowMessage(0, 1, Hash32.Zero));
        await running.WaitAsync(MeshWorld.Bound);
        Assert.Equal(1, viewer.Snapshot().Guard.UnexpectedFrames);
    }

    [Fact]
    public async Task A_flood_from_one_address_is_refused_and_what_ends_makes_room()
    {
        await using var scene = await Scene.Create(options => options with { LimitLoopback = true, MaxConnectionsPerAddress = 6, MaxHandshakesPerAddress = 3 });

        // The broadcaster and the viewer are two of the six.
        var idle = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            idle.Add(await scene.ConnectAsync());
        }

        await scene.World.Until(() => scene.Relay.Connector.Gate.Networks == 2);
        using (var fourth = await scene.ConnectAsync())
        {
            Assert.True(await IsClosedAsync(fourth));
        }

        await scene.UntilCounted(guard => guard.RefusedByAddress == 1);
        idle.ForEach(socket => socket.Dispose());
        await scene.UntilCounted(guard => guard.FailedHandshakes == 3);

        var open = new List<RawPeer>();
        for (var i = 0; i < 4; i++)
        {
            open.Add(await RawPeer.Join(scene.Web.Url));
        }

        using (var seventh = await RawPeer.Connect(scene.Web.Url))
        {
            Assert.Null(await seventh.Read());
        }

        await scene.UntilCounted(guard => guard.RefusedByAddress == 2);
        open.ForEach(peer => peer.Dispose());
        await scene.World.Until(() => scene.Relay.Connections.All.Count == 2);
        (await RawPeer.Join(scene.Web.Url)).Dispose();
    }

    private static async Task DripAsync(Func<ReadOnlyMemory<byte>, Task> send, byte[] bytes)
    {
        try
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                await send(bytes.AsMemory(i, 1));
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
        catch (Exception e) when (e is SocketException or System.Net.WebSockets.WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut, as it should be.
        }
    }

    private static Task DripAsync(Func<ReadOnlyMemory<byte>, ValueTask<int>> send, byte[] bytes) => DripAsync(async piece => { await send(piece); }, bytes);

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        try
        {
            return await socket.ReceiveAsync(new byte[1], SocketFlags.None, bound.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task Say<T>(MemoryTransport transport, T message)
        where T : IMessage => await transport.Input.WriteAsync(Frame.Encode(message));

    /// <summary>A relay with a broadcaster and a viewer that must not notice.</summary>
    private sealed record Scene(MeshWorld World, MeshNode Relay, WebEnd Web, Pump Pump, TrackSubscription Subscription) : IAsyncDisposable
    {
        public static async Task<Scene> Create(Func<MeshOptions, MeshOptions>? change = null)
        {
            var world = new MeshWorld();
            var relay = world.Relay(1, change);
            world.Bootstrap(relay);
            var pump = Pump.Start(world, world.Publish(world.Broadcaster(10)));
            var subscription = world.Viewer(20).Subscribe(MeshWorld.Track);
            await MeshWorld.Next(subscription);
            return new Scene(world, relay, await WebEnd.Open(relay), pump, subscription);
        }

        public async Task<Socket> ConnectAsync()
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Relay.TlsEndpoint!);
            return socket;
        }

        /// <summary>Joins, sends, and reads up to the Goodbye.</summary>
        public async Task AttackAsync(byte[] frames)
        {
            using var peer = await RawPeer.Join(Web.Url);
            await peer.Send(frames);
            await peer.Read(FrameType.Goodbye);
        }

        public Task UntilCounted(Func<GuardSnapshot, bool> condition) => World.Until(() => condition(Relay.Snapshot().Guard));

        public async ValueTask DisposeAsync()
        {
            // It still flows, and nothing was lost.
            for (var i = 0; i < 10; i++)
            {
                await MeshWorld.Next(Subscription);
            }

            Assert.Equal(0, Subscription.Statistics.PartsLost);
            Assert.Equal(0, Subscription.Statistics.Switches);
            await Pump.DisposeAsync();
            await World.DisposeAsync();
            await Web.DisposeAsync();
        }
    }
}
