namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>What a DHT node holds and has sent.</summary>
/// <param name="Nodes">Nodes in its routing tables.</param>
/// <param name="Topics">Topics that it keeps for others.</param>
/// <param name="Peers">Peers of those topics.</param>
/// <param name="BytesReceived">Since its start.</param>
/// <param name="BytesSent">Since its start.</param>
public readonly record struct DhtStatistics(long Nodes, long Topics, long Peers, long BytesReceived, long BytesSent);
