namespace ClusterCast.Cli;

/// <summary>The flags of every verb that looks for relays.</summary>
internal static class DiscoveryFlags
{
    public static Flag[] All { get; } =
    [
        new("--lan", "lan", "Find relays on the LAN by multicast: on, off or auto"),
        new("--dht-listen", "dht:listen", "UDP address of the DHT"),
        new("--dht-bootstrap", "dht:bootstrap", "A node to enter the DHT by, host:port; give it again for more") { IsList = true },
        new("--dht-public", "dht:public", "Take part in the public DHT of BitTorrent", IsSwitch: true),
    ];
}
