using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat;

/// <summary>Addresses on the wire and in .NET, and which of them the internet reaches.</summary>
internal static class NetAddresses
{
    /// <summary>The end point as the wire carries it.</summary>
    public static NetAddress ToWire(this IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        return new NetAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endPoint.Port);
    }

    /// <summary>The end point that the wire carried; IPv4 in its own form.</summary>
    public static IPEndPoint ToEndPoint(this NetAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address.Address);
        return new IPEndPoint(Plain(new IPAddress(bytes)), address.Port);
    }

    /// <summary>An IPv4 address that came over an IPv6 socket in its own form.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whether the internet could reach it: not private, shared (RFC 6598), link-local, loopback, multicast or unspecified.</summary>
    public static bool IsPublic(IPAddress address)
    {
        address = Plain(address);
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? (bytes[0], bytes[1]) switch
            {
                (0 or 10 or 127 or >= 224, _) => false,
                (100, >= 64 and < 128) => false,
                (169, 254) => false,
                (172, >= 16 and < 32) => false,
                (192, 168) => false,
                _ => true,
            }
            : !(address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast);
    }
}
