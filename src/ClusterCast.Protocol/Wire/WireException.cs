namespace ClusterCast.Protocol.Wire;

/// <summary>Bytes of a peer that break spec/wire.md. The connection is closed with Goodbye 2.</summary>
public sealed class WireException(string message) : Exception(message);
