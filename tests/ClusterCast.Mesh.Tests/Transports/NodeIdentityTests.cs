using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Tests.Transports;

public sealed class NodeIdentityTests
{
    [Fact]
    public void A_certificate_proves_the_node_that_signed_its_key()
    {
        using var certificate = NodeCertificate.Create(MeshWorld.Key(1), MeshWorld.Domains.RelayStaking);
        Assert.True(NodeCertificate.TryGetNode(certificate, MeshWorld.Domains.RelayStaking, out var node));
        Assert.Equal(MeshWorld.Key(1).Address, node);
        Assert.Equal("1.2.840.10045.2.1", certificate.GetKeyAlgorithm());
    }

    [Fact]
    public void A_certificate_of_another_deployment_proves_nothing()
    {
        using var certificate = NodeCertificate.Create(MeshWorld.Key(1), MeshWorld.Domains.RelayStaking);
        var other = Domains.Of(1, MeshWorld.At(1), MeshWorld.At(2), MeshWorld.At(3));
        Assert.False(NodeCertificate.TryGetNode(certificate, other.RelayStaking, out _));
    }

    [Fact]
    public void A_binding_that_was_made_for_another_key_proves_nothing()
    {
        using var stolen = Stolen();
        Assert.False(NodeCertificate.TryGetNode(stolen, MeshWorld.Domains.RelayStaking, out _));
    }

    [Fact]
    public void A_certificate_without_a_binding_proves_nothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256);
        using var plain = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Assert.False(NodeCertificate.TryGetNode(plain, MeshWorld.Domains.RelayStaking, out _));
        Assert.False(NodeCertificate.TryGetNode(null, MeshWorld.Domains.RelayStaking, out _));
    }

    [Fact]
    public async Task A_relay_refuses_a_dialer_that_shows_a_stolen_binding()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        using var stolen = Stolen();
        using var bound = new CancellationTokenSource(MeshWorld.Bound);

        // In TLS 1.3 the dialer learns of the refusal with its first read.
        var refusal = await Record.ExceptionAsync(async () =>
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(relay.TlsEndpoint!, bound.Token);
            await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "clustercast",
                    ClientCertificates = [stolen],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => stolen,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = [new SslApplicationProtocol(MeshNode.Protocol)],
                },
                bound.Token);
            if (await tls.ReadAsync(new byte[1], bound.Token) == 0)
            {
                throw new IOException("closed");
            }
        });
        Assert.True(refusal is IOException or AuthenticationException, refusal?.ToString());
        Assert.Empty(relay.Peers);
    }

    [Fact]
    public async Task A_dialer_refuses_a_relay_that_is_not_the_one_it_was_told_of()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        var viewer = world.Viewer(2);
        Assert.True(DialAddress.TryParse($"tls://{relay.TlsEndpoint}", out var address));
        var refusal = await Assert.ThrowsAsync<MeshException>(() => viewer.Connector.DialAsync(address, MeshWorld.Key(9).Address, CancellationToken.None));
        Assert.Contains(MeshWorld.Key(9).Address.ToString(), refusal.Message);
    }

    [Fact]
    public async Task A_relay_of_another_chain_is_refused_in_words()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        await using var web = await WebEnd.Open(relay);
        var stranger = world.Viewer(2, o => o with { Domains = Domains.Of(5, MeshWorld.At(1), MeshWorld.At(2), MeshWorld.At(3)) });
        Assert.True(DialAddress.TryParse(web.Url.ToString(), out var address));
        var refusal = await Assert.ThrowsAsync<MeshException>(() => stranger.Connector.DialAsync(address, null, CancellationToken.None));
        Assert.Contains("chain 31337", refusal.Message);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence_with_a_remedy()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        await using var second = new MeshNode(world.Options(ClusterCast.Protocol.Wire.PeerRole.Relay, 2) with { TlsListen = relay.TlsEndpoint });
        var refusal = Assert.Throws<MeshException>(second.Start);
        Assert.Contains($"port {relay.TlsEndpoint!.Port}", refusal.Message);
        Assert.Contains("choose another port", refusal.Message);
    }

    // The address and signature of node 1, shown with a key that node 1 has not signed.
    private static X509Certificate2 Stolen()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var proof = new NodeProof(MeshWorld.Key(1).Address, NodeProof.TlsChallenge(other.ExportSubjectPublicKeyInfo()));
        return NodeCertificate.Create(key, MeshWorld.Key(1).Address, MeshWorld.Key(1).Sign(proof.Digest(MeshWorld.Domains.RelayStaking)));
    }
}
