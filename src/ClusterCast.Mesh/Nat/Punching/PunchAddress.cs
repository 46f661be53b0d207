using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>Addresses in records of relays that only a punch can reach: <c>punch://NODE</c> names a relay that arranges it.</summary>
internal static class PunchAddress
{
    private const string Scheme = "punch://";

    /// <summary>As a record holds it.</summary>
    public static Endpoint Of(Address coordinator) => new(EndpointKind.Punch, Scheme + coordinator);

    /// <summary>The relays that arrange it.</summary>
    public static IEnumerable<Address> Coordinators(RelayRecord record)
    {
        foreach (var endpoint in record.Endpoints)
        {
            if (endpoint.Kind == EndpointKind.Punch && endpoint.Url.StartsWith(Scheme, StringComparison.Ordinal) && Address.TryParse(endpoint.Url[Scheme.Length..], out var node))
            {
                yield return node;
            }
        }
    }

    /// <summary>Whether a relay has no address that the internet reaches, and can be punched.</summary>
    public static bool IsOnly(RelayRecord record) => Coordinators(record).Any() && !record.Endpoints.Any(IsPublic);

    /// <summary>Whether nodes of other networks could dial it.</summary>
    public static bool IsPublic(Endpoint endpoint) =>
        endpoint.Kind is EndpointKind.Tls or EndpointKind.Quic or EndpointKind.WebSocket && DialAddress.TryParse(endpoint.Url, out var address)
        && (!IPAddress.TryParse(address.Uri.Host.Trim('[', ']'), out var literal) || NetAddresses.IsPublic(literal));
}
