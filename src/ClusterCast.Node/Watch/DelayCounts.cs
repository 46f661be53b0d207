namespace ClusterCast.Node.Watch;

/// <summary>How often each delay occurred, in steps of 5 ms up to 10 s; what is longer counts as that. Of one size however long it counts. Not thread-safe.</summary>
internal sealed class DelayCounts
{
    private const int StepMs = 5;
    private readonly long[] _counts = new long[2_001];
    private long _total;

    /// <summary>The longest delay, ms; null before the first.</summary>
    public double? Max { get; private set; }

    /// <summary>Counts a delay.</summary>
    public void Add(double ms)
    {
        _counts[(int)Math.Clamp(ms / StepMs, 0, _counts.Length - 1)]++;
        _total++;
        Max = Math.Max(Max ?? ms, ms);
    }

    /// <summary>The delay that this share of them does not exceed, ms, to the step above; null before the first.</summary>
    public double? Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(_total * share);
        for (var step = 0; _total > 0; step++)
        {
            wanted -= _counts[step];
            if (wanted <= 0)
            {
                return (step + 1) * StepMs;
            }
        }

        return null;
    }
}
