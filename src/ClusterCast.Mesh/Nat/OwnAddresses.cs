using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Nat;

/// <summary>The IP addresses of this machine.</summary>
public static class OwnAddresses
{
    /// <summary>All of them.</summary>
    public static IReadOnlySet<IPAddress> All() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address).ToHashSet();

    /// <summary>The one by which others of its network reach it: public before private, IPv4; loopback where there is no other.</summary>
    public static IPAddress Best() => All()
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork)
        .OrderByDescending(NetAddresses.IsPublic)
        .ThenBy(IPAddress.IsLoopback)
        .FirstOrDefault(IPAddress.Loopback);

    /// <summary>Whether the internet reaches this machine by one of its own addresses.</summary>
    public static bool HasPublic() => All().Any(NetAddresses.IsPublic);
}
