namespace ClusterCast.Mesh.Scoring;

/// <summary>
/// Tells parts that come late against the best that the same track has had, whoever brought it. Only differences count, so the clocks of source and receiver need
/// not agree. Call it under one lock.
/// </summary>
internal sealed class Lateness(TimeProvider time)
{
    private const double Tolerance = 750;
    private const double DriftPerPart = 1;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    private readonly long _start = time.GetTimestamp();
    private double? _best;
    private long? _toldAt;

    /// <summary>A part has come. True when it is late, at most once a second.</summary>
    /// <param name="timeMs">Its capture time.</param>
    /// <param name="askedAt">When its parent was asked, as a timestamp: what it sends first is old by nature.</param>
    public bool IsLate(ulong timeMs, long askedAt)
    {
        var now = time.GetTimestamp();
        var delay = time.GetElapsedTime(_start, now).TotalMilliseconds - timeMs;
        _best = Math.Min(_best + DriftPerPart ?? delay, delay);
        if (delay - _best < Tolerance || time.GetElapsedTime(askedAt, now) < Settling || (_toldAt is { } told && time.GetElapsedTime(told, now) < LeastInterval))
        {
            return false;
        }

        _toldAt = now;
        return true;
    }
}
