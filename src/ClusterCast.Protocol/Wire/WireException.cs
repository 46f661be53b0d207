namespace ClusterCast.Protocol.Wire;

/// <summary>How bytes break the protocol.</summary>
public enum WireFault
{
    /// <summary>A body that is not what its type says.</summary>
    Malformed,

    /// <summary>A body longer than any may be.</summary>
    Huge,

    /// <summary>A message that does not follow from what came before.</summary>
    Unexpected,
}

/// <summary>Bytes of a peer that break spec/wire.md. The connection is closed with Goodbye 2.</summary>
public sealed class WireException(string message, WireFault fault = WireFault.Malformed) : Exception(message)
{
    /// <summary>How they break it.</summary>
    public WireFault Fault { get; } = fault;
}
