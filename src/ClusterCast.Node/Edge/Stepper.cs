using ClusterCast.Media.Egress;

namespace ClusterCast.Node.Edge;

/// <summary>Which way a destination should go.</summary>
internal enum Step
{
    /// <summary>Nowhere.</summary>
    Stay,

    /// <summary>To less.</summary>
    Down,

    /// <summary>To more.</summary>
    Up,
}

/// <summary>Decides when one destination steps down and up again. Down as soon as it takes media slower than it comes; up after it has kept pace for a while, which
/// grows with every step up that did not hold.</summary>
internal sealed class Stepper(TimeProvider time)
{
    /// <summary>A queue this old is congested.</summary>
    public static readonly TimeSpan OldQueue = TimeSpan.FromMilliseconds(500);

    /// <summary>Writes that wait for so much of a second are congested: a socket that always has room takes none of it.</summary>
    public const double BlockedShare = 0.6;

    /// <summary>So long it must keep pace before the first step up.</summary>
    public static readonly TimeSpan FirstProof = TimeSpan.FromSeconds(10);

    /// <summary>So long at most.</summary>
    public static readonly TimeSpan LongestProof = TimeSpan.FromSeconds(160);

    // What was queued before a step still has to drain: another step would come too early.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FreshQueue = TimeSpan.FromMilliseconds(200);
    private const double FreeShare = 0.3;
    private TimeSpan _proof = FirstProof;
    private long? _fineSince;
    private long? _steppedAt;
    private long? _wentUpAt;

    /// <summary>The step to take now, which is then taken to be under way.</summary>
    public Step Decide(Congestion congestion)
    {
        var now = time.GetTimestamp();
        if (congestion.QueueAge > OldQueue || congestion.BlockedShare > BlockedShare)
        {
            _fineSince = null;
            if (Since(_steppedAt, now) < Settling)
            {
                return Step.Stay;
            }

            if (_wentUpAt is not null)
            {
                _proof = Since(_wentUpAt, now) < Held ? TimeSpan.FromTicks(Math.Min(_proof.Ticks * 2, LongestProof.Ticks)) : FirstProof;
                _wentUpAt = null;
            }

            _steppedAt = now;
            return Step.Down;
        }

        if (congestion.QueueAge > FreshQueue || congestion.BlockedShare > FreeShare)
        {
            _fineSince = null;
            return Step.Stay;
        }

        _fineSince ??= now;
        if (Since(_fineSince, now) < _proof || Since(_steppedAt, now) < _proof)
        {
            return Step.Stay;
        }

        (_steppedAt, _wentUpAt, _fineSince) = (now, now, now);
        return Step.Up;
    }

    private TimeSpan Since(long? then, long now) => then is { } at ? time.GetElapsedTime(at, now) : TimeSpan.MaxValue;
}
