namespace ClusterCast.Load;

/// <summary>Durations from 0 to 10 s in steps of 50 microseconds; longer ones count as 10 s. Thread-safe.</summary>
internal sealed class Histogram
{
    private const double StepMs = 0.05;
    private readonly int[] _buckets = new int[(int)(10_000 / StepMs) + 1];

    /// <summary>Adds one.</summary>
    public void Add(double ms) => Interlocked.Increment(ref _buckets[Math.Clamp((int)(ms / StepMs), 0, _buckets.Length - 1)]);

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_buckets);

    /// <summary>How many were added.</summary>
    public long Count => _buckets.Sum(count => (long)count);

    /// <summary>The duration that a share of all does not pass, ms, rounded up to a step; null without any.</summary>
    public double? Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        if (wanted == 0)
        {
            return null;
        }

        var bucket = 0;
        for (long seen = _buckets[0]; seen < wanted; seen += _buckets[bucket])
        {
            bucket++;
        }

        return Math.Round((bucket + 1) * StepMs, 2);
    }

    /// <summary>Share of those longer than a bound.</summary>
    public double ShareAbove(double ms) => Count == 0 ? 0 : (double)_buckets.Skip((int)(ms / StepMs)).Sum(count => (long)count) / Count;
}
