using System.Net;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>The network that an address belongs to, as far as one owner is likely to hold all of it: a /24 of IPv4, a /48 of IPv6, a registered domain.</summary>
internal readonly record struct NetworkPrefix(string Text)
{
    /// <summary>Of an address.</summary>
    public static NetworkPrefix Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        address.TryWriteBytes(bytes, out var length);
        return new NetworkPrefix(Convert.ToHexStringLower(bytes[..(length == 4 ? 3 : 6)]));
    }

    /// <summary>Of a relay's first endpoint. Of a name, its last two labels count.</summary>
    public static NetworkPrefix Of(RelayRecord record)
    {
        if (!Uri.TryCreate(record.Endpoints[0].Url, UriKind.Absolute, out var url))
        {
            return default;
        }

        if (IPAddress.TryParse(url.DnsSafeHost, out var address))
        {
            return Of(address);
        }

        var labels = url.DnsSafeHost.Split('.');
        return new NetworkPrefix(string.Join('.', labels[Math.Max(0, labels.Length - 2)..]).ToLowerInvariant());
    }
}
