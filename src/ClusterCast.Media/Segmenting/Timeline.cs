using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Segmenting;

/// <summary>Maps the publisher's timestamps, which wrap, jump and start anywhere, onto one timeline of ms that begins at 0 with the first
/// picture and only goes forward. Video and audio share one offset, so a jump of the publisher's clock moves both.</summary>
internal sealed class Timeline
{
    /// <summary>A step ahead beyond this is a jump of the clock and is closed up; a shorter one is a gap and stays.</summary>
    public const long LargestStepMs = 3000;

    /// <summary>A step back beyond this is a jump of the clock, too.</summary>
    public const long LargestStepBackMs = 500;

    private readonly long?[] _last = new long?[2];
    private uint _raw;
    private long _unwrapped;
    private long _offset;
    private bool _anchored;
    private bool _renew;

    /// <summary>Whether the first picture has set the beginning.</summary>
    public bool Started => _anchored;

    /// <summary>The next sample comes from a new connection: its clock has nothing to do with the one before.</summary>
    public void Discontinue() => _renew = true;

    /// <summary>Time of a sample in ms on the timeline. Video times rise by at least 1.</summary>
    /// <param name="kind">Video or audio; the first sample must be video.</param>
    /// <param name="timestamp">RTMP timestamp.</param>
    /// <param name="nominalMs">How far after its predecessor of the same kind the sample goes when the clock has jumped.</param>
    public long Map(MediaKind kind, uint timestamp, long nominalMs)
    {
        _unwrapped += unchecked((int)(timestamp - _raw));
        _raw = timestamp;
        if (!_anchored) (_offset, _anchored) = (-_unwrapped, true);
        var time = _unwrapped + _offset;
        if (_last[(int)kind] is { } last)
        {
            var step = time - last;
            if (_renew || step is > LargestStepMs or < -LargestStepBackMs)
            {
                var anchor = _renew ? Math.Max(last, _last[1 - (int)kind] ?? 0) : last;
                _offset += anchor + nominalMs - time;
                time = anchor + nominalMs;
                _renew = false;
            }
            else if (kind == MediaKind.Video && step <= 0) time = last + 1;
        }
        _last[(int)kind] = time;
        return time;
    }
}
