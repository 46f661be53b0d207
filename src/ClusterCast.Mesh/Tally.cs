using System.Diagnostics.Metrics;

namespace ClusterCast.Mesh;

/// <summary>One counter, and its instrument. Thread-safe.</summary>
internal sealed class Tally
{
    private long _value;

    /// <summary>A counter from zero under a name of docs/metrics.md.</summary>
    public Tally(Meter meter, string name, string description) => meter.CreateObservableCounter(name, () => Value, description: description);

    /// <summary>What was counted.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Counts so many more.</summary>
    public void Add(long count = 1) => Interlocked.Add(ref _value, count);
}
