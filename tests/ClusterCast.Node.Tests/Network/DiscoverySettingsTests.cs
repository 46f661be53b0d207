using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Tests.Network;

public sealed class DiscoverySettingsTests
{
    [Fact]
    public void By_default_there_is_no_dht_and_a_relay_of_this_machine_alone_tells_no_lan()
    {
        var options = Of(PeerRole.Relay, "127.0.0.1");
        Assert.Null(options.Dht);
        Assert.Null(options.Lan);
    }

    [Fact]
    public void A_bootstrap_node_switches_the_dht_on()
    {
        var dht = Of(PeerRole.Relay, "0.0.0.0", "tls://relay.example:4430", ("dht:bootstrap:0", "dht.example:6881"), ("dht:region", "eu")).Dht!;
        Assert.Equal(["dht.example:6881"], dht.Bootstrap);
        Assert.Equal([new IPEndPoint(IPAddress.Any, 0)], dht.Listen);
        Assert.Equal((4_430, "eu", false, false), (dht.AnnouncedPort, dht.Region, dht.Public, dht.ReadOnly));
    }

    [Fact]
    public void A_viewer_only_asks_in_the_public_network()
    {
        var dht = Of(PeerRole.Viewer, null, null, ("dht:public", "true")).Dht!;
        Assert.True(dht is { Public: true, ReadOnly: true });
    }

    [Fact]
    public void The_first_node_of_a_dht_only_listens()
    {
        var dht = Of(PeerRole.Relay, "127.0.0.1", null, ("dht:listen", "127.0.0.1:6881, [::1]:6881")).Dht!;
        Assert.Equal(["127.0.0.1:6881", "[::1]:6881"], dht.Listen.Select(at => at.ToString()));
        Assert.Empty(dht.Bootstrap);
    }

    [Theory]
    [InlineData("dht:bootstrap:0", "dht.example")]
    [InlineData("dht:bootstrap:0", "a:1,b:2")]
    [InlineData("dht:listen", "everywhere")]
    [InlineData("lan", "perhaps")]
    public void Wrong_values_are_named(string key, string value)
    {
        var refusal = Assert.Throws<NodeException>(() => Of(PeerRole.Relay, "127.0.0.1", null, (key, value)));
        Assert.Contains(value, refusal.Message);
        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
    }

    [Fact]
    public void A_relay_tells_a_lan_only_of_the_private_address_that_it_listens_on()
    {
        Assert.Equal([IPAddress.Parse("192.168.1.5")], Of(PeerRole.Relay, "192.168.1.5", "tls://relay.example:4430").Lan!.Addresses);
        Assert.Equal(4_430, Of(PeerRole.Relay, "192.168.1.5", "tls://relay.example:4430").Lan!.AnnouncedPort);
        Assert.Null(Of(PeerRole.Relay, "203.0.113.5").Lan);
        Assert.Null(Of(PeerRole.Relay, "192.168.1.5", null, ("lan", "off")).Lan);
    }

    [Fact]
    public void Others_look_on_the_lan_only_without_a_file_of_peers() =>
        Assert.Null((Options(PeerRole.Viewer, null) with { BootstrapFile = "peers.json" }).WithDiscovery(Given.Settings()).Lan);

    private static MeshOptions Of(PeerRole role, string? listen, string? publicTls = null, params (string Key, string Value)[] settings) =>
        Options(role, listen).WithDiscovery(Given.Settings(settings), publicTls);

    private static MeshOptions Options(PeerRole role, string? listen) => new()
    {
        Role = role,
        NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
        Domains = Domains.Of(1, Address.Zero, Address.Zero, Address.Zero),
        SigningKeys = new NoKeys(),
        TlsListen = listen is null ? null : new IPEndPoint(IPAddress.Parse(listen), 0),
    };

    private sealed class NoKeys : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address address, ulong timeMs) => false;
    }
}
