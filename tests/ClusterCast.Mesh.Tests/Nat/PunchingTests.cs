using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Nat.Punching;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Nat;

/// <summary>Punching on loopback, where there is no NAT: the frames, the timing and the bounds. The NATs are in the network lab (bench/netlab).</summary>
public sealed class PunchingTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_coordinator_brings_two_of_its_peers_together()
    {
        await using var scene = await Scene.Create();

        var peer = await scene.Viewer.Punches.PunchAsync(scene.Coordinator, scene.Hidden.NodeId, Cancel);

        Assert.NotNull(peer);
        Assert.Equal("quic", peer.Transport);
        Assert.Equal(scene.Hidden.NodeId, peer.Node);
        Assert.True(peer.IsReady);
    }

    [Fact]
    public async Task A_node_that_is_not_connected_to_the_coordinator_is_refused()
    {
        await using var scene = await Scene.Create();

        Assert.Null(await scene.Viewer.Punches.PunchAsync(scene.Coordinator, MeshWorld.At(77), Cancel));
    }

    [Fact]
    public async Task Only_so_many_attempts_a_minute_are_arranged()
    {
        await using var scene = await Scene.Create();
        var refused = 0;
        for (var i = 0; i < AttemptLimit.PerMinute + 2; i++)
        {
            if (await scene.Viewer.Punches.PunchAsync(scene.Coordinator, scene.Hidden.NodeId, Cancel) is { } peer)
            {
                peer.Close(GoodbyeCode.ShuttingDown, "Once more.");
                await peer.Ended;
            }
            else
            {
                refused++;
            }
        }

        Assert.Equal(2, refused);
    }

    [Fact]
    public void A_limit_counts_each_node_for_a_minute_and_is_bounded()
    {
        var time = new ManualTime();
        var limit = new AttemptLimit(time);
        for (var i = 0; i < AttemptLimit.PerMinute; i++)
        {
            Assert.True(limit.TryTake(MeshWorld.At(1)));
        }

        Assert.False(limit.TryTake(MeshWorld.At(1)));
        Assert.True(limit.TryTake(MeshWorld.At(2)));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(limit.TryTake(MeshWorld.At(1)));

        var random = new SeededRandom(3);
        var taken = Enumerable.Range(0, 3_000).Count(_ => limit.TryTake(PrivateKey.Create(random).Address));
        Assert.InRange(taken, 1_000, 1_024);
    }

    [Fact]
    public void A_packet_is_no_QUIC_and_holds_its_token()
    {
        Assert.Equal(7ul, PunchPacket.Token(PunchPacket.Create(7)));
        Assert.Equal(ulong.MaxValue, PunchPacket.Token(PunchPacket.Create(ulong.MaxValue)));
        Assert.Null(PunchPacket.Token([0, 1]));
        Assert.Null(PunchPacket.Token([1, 0, 0, 0, 0, 0, 0, 0, 7]));
        Assert.True(PunchPacket.Create(7)[0] < QuicEndpoint.RawLimit);
    }

    [Theory]
    [InlineData(true, "tls://10.0.0.2:1", "punch")]
    [InlineData(true, "quic://192.168.1.2:1", "punch")]
    [InlineData(false, "tls://10.0.0.2:1")]
    [InlineData(false, "tls://203.0.113.7:1", "punch")]
    [InlineData(false, "tls://relay.example:1", "punch")]
    public void A_record_says_whether_only_a_punch_reaches_the_relay(bool only, params string[] urls)
    {
        var record = Record([.. urls.Select(url => url == "punch" ? PunchAddress.Of(MeshWorld.At(5)) : new Endpoint(url[0] == 't' ? EndpointKind.Tls : EndpointKind.Quic, url))]);

        Assert.Equal(only, PunchAddress.IsOnly(record));
        Assert.Equal(urls.Contains("punch") ? [MeshWorld.At(5)] : [], PunchAddress.Coordinators(record));
    }

    [Fact]
    public async Task A_viewer_goes_over_to_a_relay_that_is_preferred_without_losing_a_part()
    {
        await using var world = new MeshWorld();
        var first = world.Relay(1);
        world.Bootstrap(first);
        var second = world.Relay(2);
        var broadcaster = world.Broadcaster(3);
        var publisher = world.Publish(broadcaster);
        await using var pump = Pump.Start(world, publisher);
        var viewer = world.Viewer(4);
        var subscription = viewer.Subscribe(MeshWorld.Track);
        await MeshWorld.Next(subscription);
        await world.Until(() => viewer.Peers.Count(peer => peer.Node == first.NodeId || peer.Node == second.NodeId) == 2 && second.Carried.Count == 1);
        var other = subscription.Statistics.Relay == first.NodeId ? second.NodeId : first.NodeId;

        // On a busy machine a wish can run out before the relay has shown a head: it is asked for again, as a shortcut is.
        await world.Until(() =>
        {
            var statistics = subscription.Statistics;
            if (statistics.Relay != other)
            {
                subscription.Prefer(other);
            }

            return statistics.Relay == other && statistics.State == SubscriptionState.Flowing;
        });
        Assert.Equal(0, subscription.Statistics.PartsLost);
    }

    private static RelayRecord Record(IReadOnlyList<Endpoint> endpoints) =>
        RelayRecord.Sign(MeshWorld.Key(1), MeshWorld.At(1), 1, 1, 2, endpoints, [], MeshWorld.Domains.RelayStaking);

    /// <summary>A relay that arranges, one that is hidden behind it, and a viewer; all connected to the first by QUIC.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly MeshWorld _world = new();

        public MeshNode Viewer { get; private set; } = null!;

        public MeshNode Hidden { get; private set; } = null!;

        public PeerConnection Coordinator { get; private set; } = null!;

        public static async Task<Scene> Create()
        {
            var scene = new Scene();
            MeshOptions Listening(MeshOptions options) => options with { QuicListen = new IPEndPoint(IPAddress.Loopback, 0) };
            var relay = scene._world.Relay(1, Listening);
            var bootstrap = new BootstrapPeer(relay.NodeId, $"quic://{relay.QuicEndpoint}");
            MeshOptions Joining(MeshOptions options) => options with { BootstrapPeers = [bootstrap], MaxPeers = 1 };
            scene.Hidden = scene._world.Relay(2, options => Joining(Listening(options)));
            scene.Viewer = scene._world.Viewer(3, Joining);
            await scene._world.Until(() => new[] { scene.Hidden, scene.Viewer }.All(node => node.Connections.Ready.Any(peer => peer.Node == relay.NodeId && peer.Transport == "quic"))
                && relay.Peers.Count == 2);
            scene.Coordinator = scene.Viewer.Connections.Ready.Single(peer => peer.Node == relay.NodeId);
            return scene;
        }

        public ValueTask DisposeAsync() => _world.DisposeAsync();
    }
}
