using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Segmenting;

/// <summary>Maps the publisher's timestamps, which wrap, jump and start anywhere, onto one timeline of ms that begins at 0 with the first
/// picture and goes forward. Video and audio share one clock: when it jumps, both move; when one of them pauses, the gap stays.</summary>
internal sealed class Timeline
{
    /// <summary>A sample that is farther from the sample before it, of whichever kind, shows a jump of the clock; the jump is closed up.</summary>
    public const int LargestStepMs = 1000;

    private readonly long?[] _last = new long?[2];
    private uint _raw;
    private long _unwrapped;
    private long _offset;
    private bool _anchored;
    private bool _renew;

    /// <summary>The next sample comes from a new connection: its clock has nothing to do with the one before.</summary>
    public void Discontinue() => _renew = _anchored;

    /// <summary>Time of a sample in ms on the timeline. Video times rise by at least 1.</summary>
    /// <param name="kind">Video or audio; the first sample must be video.</param>
    /// <param name="timestamp">RTMP timestamp.</param>
    /// <param name="nominalMs">How far after everything before it the sample goes when the clock has jumped.</param>
    public long Map(MediaKind kind, uint timestamp, long nominalMs)
    {
        var step = unchecked((int)(timestamp - _raw));
        _unwrapped += step;
        _raw = timestamp;
        if (!_anchored) (_offset, _anchored) = (-_unwrapped, true);
        else if (_renew || step is > LargestStepMs or < -LargestStepMs)
        {
            _offset = Math.Max(_last[0] ?? 0, _last[1] ?? 0) + nominalMs - _unwrapped;
            _renew = false;
        }
        var time = _unwrapped + _offset;
        if (kind == MediaKind.Video && time <= _last[0]) time = _last[0]!.Value + 1;
        _last[(int)kind] = time;
        return time;
    }
}
