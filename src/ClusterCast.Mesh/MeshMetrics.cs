using System.Diagnostics.Metrics;

namespace ClusterCast.Mesh;

/// <summary>A node's figures since its start.</summary>
public sealed record MeshSnapshot(
    int Connections,
    int Subscribers,
    int Tracks,
    int Records,
    long LeavesSent,
    long LeafBytesSent,
    long LeavesVerified,
    long LeafBytesVerified,
    long LeavesRejected,
    long WindowsSkipped,
    long Switches,
    long Bans);

/// <summary>Counts what the node does, for <see cref="MeshSnapshot"/> and for the meter <c>ClusterCast.Mesh</c>.</summary>
internal sealed class MeshMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ClusterCast.Mesh";

    private readonly Meter _meter = new(MeterName);
    private long _leavesSent;
    private long _leafBytesSent;
    private long _leavesVerified;
    private long _leafBytesVerified;
    private long _leavesRejected;
    private long _windowsSkipped;
    private long _switches;
    private long _bans;

    /// <summary>Instruments over the counters here and the levels that <paramref name="node"/> and <paramref name="transports"/> tell.</summary>
    public MeshMetrics(Func<(int Connections, int Subscribers, int Tracks, int Records)> node, Func<IEnumerable<string>> transports)
    {
        Node = node;
        _meter.CreateObservableGauge("clustercast_mesh_connections", () => node().Connections, description: "Connections that are ready.");
        _meter.CreateObservableGauge(
            "clustercast_mesh_transports",
            () => transports().CountBy(name => name).Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("transport", count.Key))),
            description: "Connections that are ready, by what carries them.");
        _meter.CreateObservableGauge("clustercast_mesh_subscribers", () => node().Subscribers, description: "Subscriptions that are served.");
        _meter.CreateObservableGauge("clustercast_mesh_tracks", () => node().Tracks, description: "Tracks that are published or carried.");
        _meter.CreateObservableGauge("clustercast_mesh_records", () => node().Records, description: "Relay records that are known.");
        _meter.CreateObservableCounter("clustercast_mesh_leaves_sent", () => Interlocked.Read(ref _leavesSent), description: "Leaves sent to subscribers.");
        _meter.CreateObservableCounter("clustercast_mesh_leaf_bytes_sent", () => Interlocked.Read(ref _leafBytesSent), "By", "Leaf bytes sent to subscribers.");
        _meter.CreateObservableCounter("clustercast_mesh_leaves_verified", () => Interlocked.Read(ref _leavesVerified), description: "Leaves received and verified.");
        _meter.CreateObservableCounter("clustercast_mesh_leaf_bytes_verified", () => Interlocked.Read(ref _leafBytesVerified), "By", "Leaf bytes received and verified.");
        _meter.CreateObservableCounter("clustercast_mesh_leaves_rejected", () => Interlocked.Read(ref _leavesRejected), description: "Leaves and heads that did not verify.");
        _meter.CreateObservableCounter("clustercast_mesh_windows_skipped", () => Interlocked.Read(ref _windowsSkipped), description: "Windows that a slow subscriber did not get in full.");
        _meter.CreateObservableCounter("clustercast_mesh_switches", () => Interlocked.Read(ref _switches), description: "Changes of a subscription's parent.");
        _meter.CreateObservableCounter("clustercast_mesh_bans", () => Interlocked.Read(ref _bans), description: "Nodes that were banned.");
    }

    private Func<(int Connections, int Subscribers, int Tracks, int Records)> Node { get; }

    /// <summary>A leaf was written for a subscriber.</summary>
    public void LeafSent(int bytes)
    {
        Interlocked.Increment(ref _leavesSent);
        Interlocked.Add(ref _leafBytesSent, bytes);
    }

    /// <summary>A leaf has verified.</summary>
    public void LeafVerified(int bytes)
    {
        Interlocked.Increment(ref _leavesVerified);
        Interlocked.Add(ref _leafBytesVerified, bytes);
    }

    /// <summary>A leaf or a head did not verify.</summary>
    public void Rejected() => Interlocked.Increment(ref _leavesRejected);

    /// <summary>A subscriber was too slow for a window.</summary>
    public void WindowSkipped() => Interlocked.Increment(ref _windowsSkipped);

    /// <summary>A subscription changed its parent.</summary>
    public void Switched() => Interlocked.Increment(ref _switches);

    /// <summary>A node was banned.</summary>
    public void Banned() => Interlocked.Increment(ref _bans);

    /// <summary>All figures now.</summary>
    public MeshSnapshot Snapshot()
    {
        var (connections, subscribers, tracks, records) = Node();
        return new MeshSnapshot(
            connections, subscribers, tracks, records,
            Interlocked.Read(ref _leavesSent), Interlocked.Read(ref _leafBytesSent), Interlocked.Read(ref _leavesVerified), Interlocked.Read(ref _leafBytesVerified),
            Interlocked.Read(ref _leavesRejected), Interlocked.Read(ref _windowsSkipped), Interlocked.Read(ref _switches), Interlocked.Read(ref _bans));
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
