using System.Net;
using System.Net.Sockets;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>Nodes that reach each other by QUIC, and by TLS where QUIC does not get through.</summary>
public sealed class QuicMeshTests
{
    [Fact]
    public async Task A_relay_that_has_both_is_reached_by_quic()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1, o => o with { QuicListen = new IPEndPoint(IPAddress.Loopback, 0) });
        Assert.Equal([EndpointKind.Quic, EndpointKind.Tls], relay.OwnRecord!.Endpoints.Select(endpoint => endpoint.Kind));
        world.Bootstrap(relay);
        var viewer = world.Viewer(2);
        await world.Until(() => viewer.Peers is [{ Transport: "quic" }] && relay.Peers is [{ Transport: "quic" }]);
        Assert.StartsWith("quic://", viewer.Peers[0].Remote);
        Assert.Equal(viewer.NodeId, relay.Peers[0].Node);
    }

    [Fact]
    public async Task Where_udp_is_swallowed_tls_is_taken_and_remembered()
    {
        // A UDP port that swallows everything beside a TLS listener of the same number.
        using var hole = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        hole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        relay.SetEndpoints([new Endpoint(EndpointKind.Quic, $"quic://{hole.LocalEndPoint}"), new Endpoint(EndpointKind.Tls, $"tls://{relay.TlsEndpoint}")]);
        var viewer = world.Viewer(2);
        Assert.True(DialAddress.TryChoose(relay.OwnRecord!, EndpointKind.Quic, out var address));
        var peer = await viewer.Connector.DialAsync(address, relay.NodeId, QuicPair.Soon);
        Assert.Equal("tls", peer.Transport);
        Assert.Equal(relay.NodeId, peer.Node);
    }

    [Fact]
    public async Task Quic_that_has_lost_rests_and_is_tried_again_later()
    {
        var time = new ManualTime();
        var first = new QuicFirst(time);
        var quic = 0;
        Task<Mesh.Transports.ITransport> Quic(CancellationToken cancel)
        {
            quic++;
            return Task.FromException<Mesh.Transports.ITransport>(new IOException("no answer"));
        }

        Task<Mesh.Transports.ITransport> Tls(CancellationToken cancel) => Task.FromResult<Mesh.Transports.ITransport>(new MemoryTransport(null));
        await first.DialAsync("a:1", Quic, Tls, QuicPair.Soon);
        await first.DialAsync("a:1", Quic, Tls, QuicPair.Soon);
        Assert.Equal(1, quic);
        Assert.False(first.IsResting("b:1"));
        time.Advance(TimeSpan.FromSeconds(31));
        await first.DialAsync("a:1", Quic, Tls, QuicPair.Soon);
        Assert.Equal(2, quic);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(first.IsResting("a:1"));
    }

    [Fact]
    public async Task A_certificate_without_a_right_binding_closes_the_connection()
    {
        await using var world = new MeshWorld(EndpointKind.Quic);
        var relay = world.Relay(1);
        await using var endpoint = new QuicEndpoint(new QuicOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) });
        var other = Domains.Of(1, MeshWorld.At(1), MeshWorld.At(2), MeshWorld.At(3));
        using var foreign = NodeCertificate.Create(MeshWorld.Key(7), other.RelayStaking);
        var connection = await endpoint.DialAsync(relay.QuicEndpoint!, new QuicClient(MeshNode.Protocol, foreign), QuicPair.Soon);
        var close = await connection.Closed.WaitAsync(MeshWorld.Bound);
        Assert.Equal((QuicCloseCause.Peer, QuicTransport.Unproven), (close.Cause, close.Code));
        Assert.Empty(relay.Peers);

        // Without any certificate the handshake itself fails.
        var refused = await endpoint.DialAsync(relay.QuicEndpoint!, new QuicClient(MeshNode.Protocol), QuicPair.Soon)
            .ContinueWith(async dialed => dialed.IsCompletedSuccessfully ? (await dialed.Result.Closed).Cause : dialed.Exception!.InnerException is QuicException e ? e.Close!.Cause : 0).Unwrap();
        Assert.Equal(QuicCloseCause.PeerTransport, refused);
        Assert.Empty(relay.Peers);
    }
}
