using System.Diagnostics.Metrics;

namespace ClusterCast.Mesh.Guarding;

/// <summary>What was refused or cut as hostile.</summary>
/// <param name="UnknownFrames">Frames of unknown types, skipped.</param>
/// <param name="MalformedFrames">Frames whose body breaks spec/wire.md; the connection was closed.</param>
/// <param name="HugeFrames">Frames that announced more than 65,536 bytes; the connection was closed.</param>
/// <param name="UnexpectedFrames">Frames that do not follow from what came before; the connection was closed.</param>
/// <param name="TruncatedFrames">Connections that ended inside a frame.</param>
/// <param name="SlowFrames">Connections cut because a frame that had begun did not end in time.</param>
/// <param name="SlowHandshakes">Connections cut because the handshake did not end in time.</param>
/// <param name="FailedHandshakes">Connections that ended in the handshake for another reason.</param>
/// <param name="RefusedByAddress">Connections refused because their address or its neighbourhood had too many.</param>
/// <param name="RefusedAsFull">Connections refused because the node had too many.</param>
public sealed record GuardSnapshot(
    long UnknownFrames,
    long MalformedFrames,
    long HugeFrames,
    long UnexpectedFrames,
    long TruncatedFrames,
    long SlowFrames,
    long SlowHandshakes,
    long FailedHandshakes,
    long RefusedByAddress,
    long RefusedAsFull);

/// <summary>Counts hostile input, one counter for each kind.</summary>
internal sealed class GuardMetrics(Meter meter)
{
    /// <summary>Skipped.</summary>
    public Tally UnknownFrame { get; } = new(meter, "clustercast_mesh_frames_unknown", "Frames of unknown types, skipped.");

    /// <summary>The body breaks the protocol.</summary>
    public Tally MalformedFrame { get; } = new(meter, "clustercast_mesh_frames_malformed", "Frames whose body breaks the protocol; the connection was closed.");

    /// <summary>Announced more than a body may have.</summary>
    public Tally HugeFrame { get; } = new(meter, "clustercast_mesh_frames_huge", "Frames that announced more than 65,536 bytes; the connection was closed.");

    /// <summary>Out of order.</summary>
    public Tally UnexpectedFrame { get; } = new(meter, "clustercast_mesh_frames_unexpected", "Frames that do not follow from what came before; the connection was closed.");

    /// <summary>The connection ended inside.</summary>
    public Tally TruncatedFrame { get; } = new(meter, "clustercast_mesh_frames_truncated", "Connections that ended inside a frame.");

    /// <summary>Began and did not end.</summary>
    public Tally SlowFrame { get; } = new(meter, "clustercast_mesh_frames_slow", "Connections cut because a frame did not end in time.");

    /// <summary>The handshake did not end.</summary>
    public Tally SlowHandshake { get; } = new(meter, "clustercast_mesh_handshakes_slow", "Connections cut because the handshake did not end in time.");

    /// <summary>The handshake failed otherwise.</summary>
    public Tally FailedHandshake { get; } = new(meter, "clustercast_mesh_handshakes_failed", "Accepted connections that ended in the handshake for another reason.");

    /// <summary>Too many of one address.</summary>
    public Tally RefusedByAddress { get; } = new(meter, "clustercast_mesh_connections_refused_address", "Connections refused because their address or its neighbourhood had too many.");

    /// <summary>Too many in all.</summary>
    public Tally RefusedAsFull { get; } = new(meter, "clustercast_mesh_connections_refused_full", "Connections refused because the node had too many.");

    /// <summary>All figures now.</summary>
    public GuardSnapshot Snapshot() => new(
        UnknownFrame.Value, MalformedFrame.Value, HugeFrame.Value, UnexpectedFrame.Value, TruncatedFrame.Value, SlowFrame.Value, SlowHandshake.Value,
        FailedHandshake.Value, RefusedByAddress.Value, RefusedAsFull.Value);
}
