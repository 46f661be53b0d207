using ClusterCast.Mesh.Nat.Punching;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>A parsed address of a peer.</summary>
/// <param name="Kind">How it is dialed.</param>
/// <param name="Uri">The address.</param>
/// <param name="Fallback">The TLS address to try where QUIC does not get through; null for none.</param>
internal readonly record struct DialAddress(EndpointKind Kind, Uri Uri, Uri? Fallback = null)
{
    /// <summary>
    /// Parses <c>quic://host:port</c>, <c>tls://host:port</c>, <c>ws://</c> and <c>wss://</c>. A QUIC address by itself falls back to TLS on the same port number.
    /// </summary>
    public static bool TryParse(string? url, out DialAddress address)
    {
        address = default;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return false;
        }

        EndpointKind? kind = uri.Scheme switch
        {
            "quic" when uri.Port > 0 => EndpointKind.Quic,
            "tls" when uri.Port > 0 => EndpointKind.Tls,
            "ws" or "wss" => EndpointKind.WebSocket,
            _ => null,
        };
        address = kind is { } known ? new DialAddress(known, uri, known == EndpointKind.Quic ? new Uri($"tls://{uri.Authority}") : null) : default;
        return kind is not null;
    }

    /// <summary>How a relay can be dialed; false when it has no address of the wanted kind, or only those of its own network and a punch. QUIC takes TLS along, or makes do with it.</summary>
    public static bool TryChoose(RelayRecord record, EndpointKind by, out DialAddress address)
    {
        if (PunchAddress.IsOnly(record))
        {
            address = default;
            return false;
        }

        if (by != EndpointKind.Quic)
        {
            return TryFind(record, by, out address);
        }

        var hasTls = TryFind(record, EndpointKind.Tls, out var tls);
        var hasQuic = TryFind(record, EndpointKind.Quic, out address);
        address = hasQuic ? address with { Fallback = hasTls ? tls.Uri : null } : tls;
        return hasQuic || hasTls;
    }

    private static bool TryFind(RelayRecord record, EndpointKind kind, out DialAddress address)
    {
        foreach (var endpoint in record.Endpoints)
        {
            if (endpoint.Kind == kind && TryParse(endpoint.Url, out address) && address.Kind == kind)
            {
                return true;
            }
        }

        address = default;
        return false;
    }
}
