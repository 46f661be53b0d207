namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// The rhythm in which a track's parts come, and the silence from it that is worth an alarm: the smoothed interval and four times its deviation, as TCP reckons
/// its retransmission timeout (RFC 6298). Call it under one lock.
/// </summary>
internal sealed class Cadence(TimeProvider time, TimeSpan longest)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan BeforeFirst = TimeSpan.FromMilliseconds(500);
    private const double LeastSlackMs = 50;

    private double _intervalMs;
    private double _deviationMs;
    private long? _partAt;
    private ulong _partTime;

    /// <summary>Silence for longer than this is unusual.</summary>
    public TimeSpan Alarm { get; private set; } = BeforeFirst < longest ? BeforeFirst : longest;

    /// <summary>A part is complete.</summary>
    /// <param name="timeMs">Its capture time. In a burst parts come faster than the source makes them: then the capture times tell its rhythm.</param>
    public void OnPart(ulong timeMs)
    {
        var now = time.GetTimestamp();
        if (_partAt is { } before)
        {
            var came = time.GetElapsedTime(before, now).TotalMilliseconds;
            var made = timeMs > _partTime ? timeMs - _partTime : 0;

            // One long pause, of the source or of a parent, must not make the next one go unnoticed.
            Take(Math.Min(Math.Max(came, made), 2 * Alarm.TotalMilliseconds));
        }

        _partAt = now;
        _partTime = timeMs;
    }

    private void Take(double sampleMs)
    {
        var isFirst = _intervalMs == 0;
        _deviationMs = isFirst ? 0 : (0.75 * _deviationMs) + (0.25 * Math.Abs(sampleMs - _intervalMs));
        _intervalMs = isFirst ? sampleMs : (0.875 * _intervalMs) + (0.125 * sampleMs);
        var alarm = TimeSpan.FromMilliseconds(_intervalMs + Math.Max(LeastSlackMs, 4 * _deviationMs));
        Alarm = alarm > longest ? longest : alarm < Least ? Least : alarm;
    }
}
