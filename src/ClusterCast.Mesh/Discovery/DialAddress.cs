using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>A parsed address of a peer.</summary>
internal readonly record struct DialAddress(EndpointKind Kind, Uri Uri)
{
    /// <summary>Parses <c>tls://host:port</c>, <c>ws://</c> and <c>wss://</c>.</summary>
    public static bool TryParse(string? url, out DialAddress address)
    {
        address = default;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return false;
        }

        EndpointKind? kind = uri.Scheme switch
        {
            "tls" when uri.Port > 0 => EndpointKind.Tls,
            "ws" or "wss" => EndpointKind.WebSocket,
            _ => null,
        };
        address = kind is { } known ? new DialAddress(known, uri) : default;
        return kind is not null;
    }
}
