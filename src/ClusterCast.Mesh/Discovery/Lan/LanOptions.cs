using System.Net;
using System.Net.NetworkInformation;

namespace ClusterCast.Mesh.Discovery.Lan;

/// <summary>How a node finds others on its LAN, by multicast.</summary>
public sealed record LanOptions
{
    /// <summary>The UDP port of the groups.</summary>
    public const int DefaultPort = 42_067;

    /// <summary>The group of IPv4, of local scope (RFC 2365).</summary>
    public static IPAddress Group4 { get; } = IPAddress.Parse("239.255.67.67");

    /// <summary>The group of IPv6, of link-local scope (RFC 4291).</summary>
    public static IPAddress Group6 { get; } = IPAddress.Parse("ff02::4343:4c42");

    /// <summary>This machine's addresses on the LANs to use.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>The UDP port of the groups.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The port that a relay tells; 0 for the one that the node listens on.</summary>
    public ushort AnnouncedPort { get; init; }

    /// <summary>The private addresses of this machine without loopback and without link-local ones of IPv6, which name no place in a record.</summary>
    public static IReadOnlyList<IPAddress> PrivateAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up && card.SupportsMulticast)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => PrivateAddress.Is(address) && !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal),
    ];
}
