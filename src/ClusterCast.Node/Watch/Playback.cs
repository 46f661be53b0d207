namespace ClusterCast.Node.Watch;

/// <summary>
/// A player without a picture. It joins at the newest part that the first two seconds bring and plays one second behind it, at the pace of the capture times. A part
/// that is not there when its turn comes is a stall: playing goes on from there with a full second again, and gains on the live edge by five percent. Thread-safe.
/// </summary>
internal sealed class Playback
{
    /// <summary>What a live viewer is never behind, ms; a leaf that comes later is late.</summary>
    public const double LateAfterMs = 5_000;

    private const double BufferMs = 1_000;
    private const double JoiningMs = 2_000;
    private const double Gain = 0.05;

    private readonly Lock _lock = new();
    private readonly DelayCounts _delays = new();
    private double? _begun;
    private double _live;
    private double _behind;
    private double _last;
    private long _leaves;
    private long _leavesLate;
    private int _stalls;
    private double _stalledMs;

    /// <summary>What was played so far.</summary>
    public PlaybackFigures Figures
    {
        get
        {
            lock (_lock)
            {
                return new PlaybackFigures(_leaves, _leavesLate, _stalls, _stalledMs, _delays.Percentile(0.5), _delays.Percentile(0.95), _delays.Max);
            }
        }
    }

    /// <summary>A part is complete, in its turn.</summary>
    /// <param name="nowMs">The time, Unix ms.</param>
    /// <param name="captureMs">Its capture time, Unix ms by the broadcaster's clock.</param>
    /// <param name="leaves">Its leaves.</param>
    public void Take(long nowMs, ulong captureMs, int leaves)
    {
        lock (_lock)
        {
            double delay = nowMs - (long)captureMs;
            _leaves += leaves;
            _leavesLate += delay > LateAfterMs ? leaves : 0;
            if (_begun is null || nowMs - _begun < JoiningMs)
            {
                _live = _begun is null ? delay : Math.Min(_live, delay);
                _begun ??= nowMs;
                _behind = _live + BufferMs;
            }
            else
            {
                _delays.Add(delay);
                Play(nowMs, delay);
            }

            _last = nowMs;
        }
    }

    private void Play(double nowMs, double delay)
    {
        _behind = Math.Max(_live + BufferMs, _behind - (Gain * (nowMs - _last)));
        if (delay > _behind)
        {
            _stalls++;
            _stalledMs += delay - _behind + BufferMs;
            _behind = delay + BufferMs;
        }
    }
}
