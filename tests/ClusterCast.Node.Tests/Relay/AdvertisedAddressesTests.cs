using System.Net;
using ClusterCast.Mesh.Nat.PortMapping;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Relay;

namespace ClusterCast.Node.Tests.Relay;

public sealed class AdvertisedAddressesTests
{
    private static readonly ToldAddresses Nothing = new(null, null, null, null);
    private static readonly IPAddress Own = IPAddress.Parse("10.1.0.2");

    [Fact]
    public void A_listener_on_one_address_is_what_it_is() => Is(
        Of(Nothing, "127.0.0.1:4430", "127.0.0.1:4430"),
        "quic://127.0.0.1:4430", "tls://127.0.0.1:4430", "ws://127.0.0.1:4431/clustercast", "https://127.0.0.1:4430/clustercast");

    [Fact]
    public void A_listener_on_all_addresses_names_its_own_best() => Is(
        Of(Nothing, "0.0.0.0:4430", "0.0.0.0:4430", web: "http://0.0.0.0:4431"),
        "quic://10.1.0.2:4430", "tls://10.1.0.2:4430", "ws://10.1.0.2:4431/clustercast", "https://10.1.0.2:4430/clustercast");

    [Fact]
    public void What_relays_agree_on_is_better() => Is(
        Of(Nothing, "0.0.0.0:4430", "0.0.0.0:4430", agreed: "203.0.113.7", web: "http://0.0.0.0:4431"),
        "quic://203.0.113.7:4430", "tls://203.0.113.7:4430", "ws://203.0.113.7:4431/clustercast", "https://203.0.113.7:4430/clustercast");

    [Fact]
    public void What_the_router_maps_is_better_than_that() => Is(
        Of(
            Nothing, "0.0.0.0:4430", "0.0.0.0:4430", mapped:
            [
                new MappedPort(new PortWish(true, 4430), IPEndPoint.Parse("203.0.113.9:5430"), TimeSpan.FromHours(1)),
                new MappedPort(new PortWish(false, 4430), IPEndPoint.Parse("203.0.113.9:5431"), TimeSpan.FromHours(1)),
            ]),
        "quic://203.0.113.9:5430", "tls://203.0.113.9:5431", "ws://127.0.0.1:4431/clustercast", "https://203.0.113.9:5430/clustercast");

    [Fact]
    public void What_the_operator_tells_is_best() => Is(
        Of(new ToldAddresses(null, "tls://relay.example:443", "wss://relay.example/clustercast", "relay.example:4433"), "0.0.0.0:4430", "0.0.0.0:4430"),
        "quic://relay.example:443", "tls://relay.example:443", "wss://relay.example/clustercast", "https://relay.example:4433/clustercast");

    [Fact]
    public void Without_QUIC_there_are_two() => Is(Of(Nothing, "127.0.0.1:4430", null), null, "tls://127.0.0.1:4430", "ws://127.0.0.1:4431/clustercast", null);

    [Fact]
    public void A_WebTransport_address_that_is_none_is_refused() => Assert.Contains(
        "'a/b'", Assert.Throws<NodeException>(() => Of(Nothing with { WebTransport = "a/b" }, "127.0.0.1:1", "127.0.0.1:1")).Message, StringComparison.Ordinal);

    private static void Is(AdvertisedAddresses addresses, string? quic, string tls, string ws, string? webTransport)
    {
        Assert.Equal(new AdvertisedAddresses(quic, tls, ws, webTransport), addresses);
        Assert.Equal(quic is null ? 2 : 4, addresses.ToList().Count);
    }

    private static AdvertisedAddresses Of(
        ToldAddresses told, string tls, string? quic, string? agreed = null, string web = "http://127.0.0.1:4431", IReadOnlyList<MappedPort>? mapped = null) => AdvertisedAddresses.Of(
            told, IPEndPoint.Parse(tls), quic is null ? null : IPEndPoint.Parse(quic), new Uri(web), agreed is null ? null : IPAddress.Parse(agreed), Own, mapped ?? []);
}
