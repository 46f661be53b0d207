namespace ClusterCast.Media.Egress.Feed;

/// <summary>Puts the times of what is published on one line that starts at 0 and never wraps. A jump (a source that restarts) is closed by the time
/// that really passed, since platforms end a broadcast whose timestamps jump.</summary>
internal sealed class FeedClock(TimeProvider time)
{
    private const int BackMs = 1000;
    private const int ForwardMs = 10_000;
    private bool _started;
    private uint _lastDts;
    private long _lastMs;
    private long _lastAt;

    /// <summary>The time on the line for a decoding time of the source.</summary>
    public long Next(uint dtsMs)
    {
        var now = time.GetTimestamp();
        if (_started)
        {
            var step = unchecked((int)(dtsMs - _lastDts));
            _lastMs += step is >= -BackMs and <= ForwardMs ? step : (long)time.GetElapsedTime(_lastAt, now).TotalMilliseconds;
        }
        (_started, _lastDts, _lastAt) = (true, dtsMs, now);
        return _lastMs;
    }
}
