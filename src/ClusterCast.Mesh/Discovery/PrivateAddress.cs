using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Discovery;

/// <summary>Tells addresses of one's own network from those of the internet.</summary>
public static class PrivateAddress
{
    /// <summary>Whether it is loopback, link-local (RFC 3927, RFC 4291) or private (RFC 1918, RFC 4193).</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return bytes switch
        {
            [10, ..] or [192, 168, ..] or [169, 254, ..] => true,
            [172, var second, ..] => second is >= 16 and < 32,
            _ => false,
        };
    }
}
