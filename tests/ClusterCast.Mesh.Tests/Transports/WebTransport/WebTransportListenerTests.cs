using System.Net;
using System.Security.Cryptography;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.WebTransport;
using ClusterCast.Mesh.Transports.WebTransport.Certificates;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

/// <summary>The way of a page to a node over real QUIC.</summary>
public sealed class WebTransportListenerTests
{
    private const string Url = "https://relay.example:4433/clustercast";

    [Fact]
    public async Task A_node_proves_itself_and_serves_over_webtransport()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1, options => options with { QuicListen = new IPEndPoint(IPAddress.Loopback, 0) });
        await using var page = await QuicPage.Open(relay.QuicEndpoint!);
        var nonce = Hash32.From(RandomNumberGenerator.GetBytes(32));
        await page.Send(Frame.Encode(new Hello(1, PeerRole.Viewer, 31_337, nonce)));
        var welcome = Welcome.Read((await page.Read(FrameType.Welcome)).Body);
        Assert.Equal(relay.NodeId, welcome.Node);
        Assert.True(new NodeProof(welcome.Node, NodeProof.HelloChallenge(nonce)).IsSignedBy(welcome.Proof, MeshWorld.Domains.RelayStaking));
        await page.Send(Frame.Encode(new Subscribe(1, MeshWorld.Track.Stream, 480, 0, 0)));
        await page.Read(FrameType.Refused);
        await world.Until(() => relay.Peers is [{ Role: PeerRole.Viewer } peer] && peer.Remote.StartsWith("webtransport://127.0.0.1:", StringComparison.Ordinal));
        await page.Send([0x25, 0x80, 0x01, 0x00, 0x01]);
        Assert.Equal(GoodbyeCode.ProtocolError, Goodbye.Read((await page.Read(FrameType.Goodbye)).Body).Code);
    }

    [Fact]
    public async Task A_node_without_quic_takes_no_page()
    {
        await using var world = new MeshWorld();
        Assert.Null(world.Relay(1, options => options with { QuicListen = null }).QuicEndpoint);
    }

    [Fact]
    public async Task The_record_names_the_certificate_that_answers()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1, options => options with { QuicListen = new IPEndPoint(IPAddress.Loopback, 0) });
        relay.SetEndpoints([new Endpoint(EndpointKind.WebSocket, "ws://relay.example/clustercast"), new Endpoint(EndpointKind.WebTransport, Url)]);
        Assert.Equal("ws://relay.example/clustercast", relay.OwnRecord!.Endpoints[0].Url);
        await using var page = await QuicPage.Open(relay.QuicEndpoint!);
        Assert.Equal($"{Url}#{page.CertificateHash}", relay.OwnRecord.Endpoints[1].Url);
    }

    [Fact]
    public async Task A_new_certificate_is_named_before_it_answers_and_drops_nobody()
    {
        var time = new ManualTime();
        await using var world = new MeshWorld();
        var options = world.Options(PeerRole.Relay, 1) with { Time = time };
        await using var endpoint = new QuicEndpoint(new QuicOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) });
        var transports = System.Threading.Channels.Channel.CreateUnbounded<ITransport>();
        await using var listener = new WebTransportListener(endpoint, options, transport => transports.Writer.WriteAsync(transport).AsTask());
        string[] Named() => listener.Name(new Endpoint(EndpointKind.WebTransport, Url)).Url[(Url.Length + 1)..].Split(',');

        await using var early = await QuicPage.Open(endpoint.Local);
        await using var transport = await transports.Reader.ReadAsync();
        Assert.Equal([early.CertificateHash], Named());
        Assert.False(listener.Update());

        time.Advance(PinnedCertificate.Life - CertificateKeeper.Overlap);
        Assert.True(listener.Update());
        var both = Named();
        await using var between = await QuicPage.Open(endpoint.Local);
        Assert.Equal(both[0], between.CertificateHash);

        time.Advance(CertificateKeeper.Notice);
        Assert.True(listener.Update());
        await using var late = await QuicPage.Open(endpoint.Local);
        Assert.Equal(both[1], late.CertificateHash);
        Assert.Equal([late.CertificateHash], Named());

        await transport.SendAsync(Frame.Encode(new Ping(7)), CancellationToken.None);
        Assert.Equal(7UL, Ping.Read((await early.Read(FrameType.Ping)).Body).Value);
    }
}
