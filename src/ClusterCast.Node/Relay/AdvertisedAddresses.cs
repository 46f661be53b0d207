using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Nat.PortMapping;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Wire;
using Endpoint = ClusterCast.Protocol.Wire.Endpoint;

namespace ClusterCast.Node.Relay;

/// <summary>The addresses that a relay gives in its record.</summary>
/// <param name="Quic">For nodes; null without QUIC.</param>
/// <param name="Tls">For nodes.</param>
/// <param name="WebSocket">For browsers.</param>
/// <param name="WebTransport">For browsers; null without QUIC.</param>
internal sealed record AdvertisedAddresses(string? Quic, string Tls, string WebSocket, string? WebTransport)
{
    /// <summary>The best that is known.</summary>
    /// <param name="told">What the operator gives.</param>
    /// <param name="tls">Where TLS is listened for.</param>
    /// <param name="quic">Where QUIC is listened for; null when it is not.</param>
    /// <param name="web">The HTTP address.</param>
    /// <param name="agreed">The public address that relays agree on, when it is this machine's; else null.</param>
    /// <param name="best">The address to give for a listener on all addresses.</param>
    /// <param name="mapped">What a router lets in.</param>
    public static AdvertisedAddresses Of(
        ToldAddresses told, IPEndPoint tls, IPEndPoint? quic, Uri web, IPAddress? agreed, IPAddress best, IReadOnlyList<MappedPort> mapped)
    {
        IPEndPoint Outside(IPEndPoint listens, bool isUdp) =>
            mapped.FirstOrDefault(port => port.Wish == new PortWish(isUdp, (ushort)listens.Port))?.Outside ?? (IsAny(listens.Address) ? new IPEndPoint(agreed ?? best, listens.Port) : listens);

        // Behind one forwarded name the numbers are as a rule the same.
        var toldTls = told.Tls is { } given && quic?.Port == tls.Port && Uri.TryCreate(given, UriKind.Absolute, out var uri) ? $"quic://{uri.Authority}" : null;
        return new AdvertisedAddresses(
            quic is null ? null : told.Quic ?? toldTls ?? $"quic://{Outside(quic, isUdp: true)}",
            told.Tls ?? $"tls://{Outside(tls, isUdp: false)}",
            told.WebSocket ?? $"ws://{Web(web, agreed ?? best)}{MeshNode.WebSocketPath}",
            quic is null ? null : Browsers(told.WebTransport ?? Outside(quic, isUdp: true).ToString()));
    }

    /// <summary>As the record holds them.</summary>
    public IReadOnlyList<Endpoint> ToList() =>
    [
        .. Quic is null ? (Endpoint[])[] : [new Endpoint(EndpointKind.Quic, Quic)],
        new Endpoint(EndpointKind.Tls, Tls),
        new Endpoint(EndpointKind.WebSocket, WebSocket),
        .. WebTransport is null ? (Endpoint[])[] : [new Endpoint(EndpointKind.WebTransport, WebTransport)],
    ];

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Web(Uri web, IPAddress host) =>
        IPAddress.TryParse(web.Host.Trim('[', ']'), out var listens) && IsAny(listens) ? new IPEndPoint(host, web.Port).ToString() : web.Authority;

    private static string Browsers(string authority) =>
        Uri.TryCreate($"https://{authority}{MeshNode.WebSocketPath}", UriKind.Absolute, out var url) && url.Authority.Length > 0 && url.PathAndQuery == MeshNode.WebSocketPath
            ? $"https://{authority}{MeshNode.WebSocketPath}"
            : throw new NodeException($"'relay:publicWebTransport' is '{authority}'; a host and port like relay.example:4433 are expected.", ExitCode.Usage);
}
