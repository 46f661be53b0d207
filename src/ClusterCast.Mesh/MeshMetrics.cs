using System.Diagnostics.Metrics;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Guarding;
using ClusterCast.Mesh.News;
using ClusterCast.Mesh.Transports.Quic;

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
    long Bans)
{
    /// <summary>What became of evidence and session news.</summary>
    public required NewsSnapshot News { get; init; }

    /// <summary>Fetches, asked and answered.</summary>
    public required FetchSnapshot Fetching { get; init; }

    /// <summary>What was refused or cut as hostile.</summary>
    public required GuardSnapshot Guard { get; init; }
}

/// <summary>Counts what the node does, for <see cref="MeshSnapshot"/> and for the meter <c>ClusterCast.Mesh</c>.</summary>
internal sealed class MeshMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ClusterCast.Mesh";

    private static readonly InstrumentAdvice<double> DelayBounds = new()
    {
        HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 100, 200, 500, 1_000],
    };

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _leafDelay;
    private long _leavesSent;
    private long _leafBytesSent;
    private long _leavesVerified;
    private long _leafBytesVerified;
    private long _leavesRejected;
    private long _windowsSkipped;
    private long _switches;
    private long _bans;

    /// <summary>Instruments over the counters here and the levels of the node.</summary>
    /// <param name="node">Levels.</param>
    /// <param name="transports">What carries each connection.</param>
    /// <param name="refused">How many relay records got a verdict.</param>
    /// <param name="arrived">Wants to know when a part has become complete.</param>
    /// <param name="quic">What the node's UDP socket has seen.</param>
    public MeshMetrics(
        Func<(int Connections, int Subscribers, int Tracks, int Records)> node,
        Func<IEnumerable<string>>? transports = null,
        Func<RecordVerdict, long>? refused = null,
        PartArrived? arrived = null,
        Func<QuicEndpointStatistics>? quic = null)
    {
        Node = node;
        Arrived = arrived;
        News = new NewsMetrics(_meter);
        Fetching = new FetchMetrics(_meter);
        Guard = new GuardMetrics(_meter);
        QuicMetrics.AddTo(_meter, quic ?? (() => default));
        _meter.CreateObservableGauge("clustercast_mesh_connections", () => node().Connections, description: "Connections that are ready.");
        _meter.CreateObservableGauge(
            "clustercast_mesh_transports",
            () => (transports?.Invoke() ?? []).CountBy(name => name).Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("transport", count.Key))),
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
        _meter.CreateObservableCounter(
            "clustercast_mesh_records_refused",
            () => Enum.GetValues<RecordVerdict>().Where(verdict => verdict != RecordVerdict.New)
                .Select(verdict => new Measurement<long>(refused?.Invoke(verdict) ?? 0, new KeyValuePair<string, object?>("cause", verdict.ToString().ToLowerInvariant()))),
            description: "Relay records that were no news or were refused.");
        _leafDelay = _meter.CreateHistogram("clustercast_mesh_leaf_delay_ms", "ms", "From a leaf's verification to its handing to a subscriber's transport.", advice: DelayBounds);
        _meter.CreateObservableCounter("clustercast_mesh_bans", () => Interlocked.Read(ref _bans), description: "Nodes that were banned.");
    }

    /// <summary>Evidence and session news.</summary>
    public NewsMetrics News { get; }

    /// <summary>Fetches, asked and answered.</summary>
    public FetchMetrics Fetching { get; }

    /// <summary>Hostile input.</summary>
    public GuardMetrics Guard { get; }

    /// <summary>Wants to know when a part has become complete; null when nobody does.</summary>
    public PartArrived? Arrived { get; }

    private Func<(int Connections, int Subscribers, int Tracks, int Records)> Node { get; }

    /// <summary>A leaf was written for somebody who fetched it.</summary>
    public void LeafSent(int bytes)
    {
        Interlocked.Increment(ref _leavesSent);
        Interlocked.Add(ref _leafBytesSent, bytes);
    }

    /// <summary>A leaf was written for a subscriber, so long after it was there to be written.</summary>
    public void LeafSent(int bytes, TimeSpan delay)
    {
        LeafSent(bytes);
        _leafDelay.Record(delay.TotalMilliseconds);
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
            Interlocked.Read(ref _leavesRejected), Interlocked.Read(ref _windowsSkipped), Interlocked.Read(ref _switches), Interlocked.Read(ref _bans))
        {
            News = News.Snapshot(),
            Fetching = Fetching.Snapshot(),
            Guard = Guard.Snapshot(),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
