using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports;

/// <summary>The rules of a connection, seen from a browser's end.</summary>
public sealed class ConnectionTests
{
    private static readonly Hash32 Nonce = Hash32.From(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    [Fact]
    public async Task Welcome_proves_the_node_over_the_nonce()
    {
        await using var scene = await Scene.Open();
        using var peer = await RawPeer.Connect(scene.Web.Url);
        await peer.Send(Hello(31_337));
        var welcome = Welcome.Read((await peer.Read())!.Body);
        Assert.Equal(scene.Relay.NodeId, welcome.Node);
        Assert.True(new NodeProof(welcome.Node, NodeProof.HelloChallenge(Nonce)).IsSignedBy(welcome.Proof, MeshWorld.Domains.RelayStaking));
    }

    [Fact]
    public async Task What_follows_hello_at_once_is_answered_after_welcome()
    {
        await using var scene = await Scene.Open();
        using var peer = await RawPeer.Connect(scene.Web.Url);
        await peer.Send([.. Frame.Encode(Hello(31_337)), .. Frame.Encode(new Subscribe(1, new StreamId(404), 480, 0, 0)), .. Frame.Encode(new Ping(42))]);
        Assert.Equal(FrameType.Welcome, (await peer.Read())!.Type);
        Assert.Equal(RefusalCode.NotCarried, Refused.Read((await peer.Read(FrameType.Refused)).Body).Code);
        Assert.Equal(42UL, Pong.Read((await peer.Read(FrameType.Pong)).Body).Value);
    }

    [Fact]
    public Task Another_chain_is_refused() => Refuses(Frame.Encode(Hello(1)), GoodbyeCode.WrongChain);

    [Fact]
    public Task Another_version_is_refused() => Refuses(Frame.Encode(Hello(31_337) with { Version = 2 }), GoodbyeCode.Version);

    [Fact]
    public Task A_first_frame_that_is_no_hello_is_a_protocol_error() => Refuses(Frame.Encode(new Ping(1)), GoodbyeCode.ProtocolError);

    [Fact]
    public Task A_body_beyond_the_limit_is_a_protocol_error() => Refuses([0x25, 0x80, 0x01, 0x00, 0x01], GoodbyeCode.ProtocolError);

    [Fact]
    public Task A_body_that_is_too_long_for_its_fields_is_a_protocol_error() =>
        Refuses([.. Frame.Encode(Hello(31_337)), (byte)FrameType.Ping, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], GoodbyeCode.ProtocolError);

    [Fact]
    public async Task Unknown_frames_are_skipped_and_a_frame_may_come_in_pieces()
    {
        await using var scene = await Scene.Open();
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Send([0x7F, 3, 1, 2, 3, 0x55, 0]);
        var ping = Frame.Encode(new Ping(42));
        foreach (var piece in ping)
        {
            await peer.Send([piece]);
        }

        Assert.Equal(42UL, Pong.Read((await peer.Read(FrameType.Pong)).Body).Value);
    }

    [Fact]
    public async Task A_text_message_ends_the_connection()
    {
        await using var scene = await Scene.Open();
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.SendText("hello");
        Assert.Equal(GoodbyeCode.ProtocolError, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
    }

    [Fact]
    public async Task A_silent_peer_is_pinged_and_then_closed()
    {
        await using var scene = await Scene.Open(options => options with { IdleAfter = TimeSpan.FromMilliseconds(300) });
        using var peer = await RawPeer.Join(scene.Web.Url);
        await peer.Read(FrameType.Ping);
        await peer.Read(FrameType.Ping);
        Assert.Equal(GoodbyeCode.Idle, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
    }

    [Fact]
    public async Task A_node_that_stops_says_goodbye()
    {
        await using var scene = await Scene.Open();
        using var peer = await RawPeer.Join(scene.Web.Url);
        await scene.Relay.DisposeAsync();
        Assert.Equal(GoodbyeCode.ShuttingDown, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed()
    {
        await using var scene = await Scene.Open(options => options with { MaxConnections = 1 });
        using var first = await RawPeer.Join(scene.Web.Url);
        using var second = await RawPeer.Connect(scene.Web.Url);
        Assert.Null(await second.Read());
    }

    [Fact]
    public async Task A_viewer_watches_over_a_websocket_as_over_tls()
    {
        await using var scene = await Scene.Open();
        scene.Relay.SetEndpoints([scene.Web.Endpoint, new Endpoint(EndpointKind.Tls, $"tls://{scene.Relay.TlsEndpoint}")]);
        scene.World.Bootstrap(scene.Relay);
        var publisher = scene.World.Publish(scene.World.Broadcaster(10));
        scene.World.Add(publisher);
        var viewer = scene.World.Viewer(20, options => options with
        {
            DialBy = EndpointKind.WebSocket,
            BootstrapFile = null,
            BootstrapPeers = [new BootstrapPeer(scene.Relay.NodeId, scene.Web.Url.ToString())],
        });
        var subscription = viewer.Subscribe(MeshWorld.Track);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(scene.World.Sent[i], (await MeshWorld.Next(subscription)).Bytes.ToArray());
            scene.World.Add(publisher);
        }

        Assert.StartsWith("ws://", Assert.Single(viewer.Peers).Remote);
    }

    private static Hello Hello(ulong chain) => new(1, PeerRole.Viewer, chain, Nonce);

    private static async Task Refuses(byte[] frames, GoodbyeCode code)
    {
        await using var scene = await Scene.Open();
        using var peer = await RawPeer.Connect(scene.Web.Url);
        await peer.Send(frames);
        Assert.Equal(code, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
        while (await peer.Read() is not null)
        {
            // Up to the end.
        }
    }

    private sealed record Scene(MeshWorld World, MeshNode Relay, WebEnd Web) : IAsyncDisposable
    {
        public static async Task<Scene> Open(Func<MeshOptions, MeshOptions>? change = null)
        {
            var world = new MeshWorld();
            var relay = world.Relay(1, change);
            return new Scene(world, relay, await WebEnd.Open(relay));
        }

        public async ValueTask DisposeAsync()
        {
            await World.DisposeAsync();
            await Web.DisposeAsync();
        }
    }
}
