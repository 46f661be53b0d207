using System.Net;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>How a node takes part in the DHT.</summary>
public sealed record DhtOptions
{
    /// <summary>Where new nodes enter the public network of BitTorrent.</summary>
    public static IReadOnlyList<string> PublicBootstrap { get; } = ["dht.libtorrent.org:25401", "router.bittorrent.com:6881", "dht.transmissionbt.com:6881"];

    /// <summary>UDP addresses to listen on; port 0 takes a free one.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new IPEndPoint(IPAddress.Any, 0)];

    /// <summary>Nodes to enter by: <c>host:port</c>. Without any, and not public, this is the first node of a network.</summary>
    public IReadOnlyList<string> Bootstrap { get; init; } = [];

    /// <summary>Takes part in the public network too.</summary>
    public bool Public { get; init; }

    /// <summary>Asks but does not answer (BEP 43): for nodes that come and go.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Looks for a gateway that maps ports.</summary>
    public bool MapPorts { get; init; }

    /// <summary>The region that a relay is announced in, beside the whole deployment; empty for none.</summary>
    public string Region { get; init; } = "";

    /// <summary>The port that relays are announced with, at which they answer other nodes; 0 for the one that the node listens on.</summary>
    public ushort AnnouncedPort { get; init; }

    /// <summary>Whether all addresses are loopback or private ones: many nodes on one address are then no attack.</summary>
    internal bool IsLocal => !Public && Listen.All(at => PrivateAddress.Is(at.Address));
}
