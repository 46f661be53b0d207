namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// When a second parent is asked beside a silent one, and what is learnt from who delivered first. A source that pauses makes every parent silent: each alarm that
/// turns out to be vain doubles the patience, up to eight times, and a quarter of a minute without one forgets it. So nothing goes to and fro.
/// </summary>
internal sealed class Speculation(TimeProvider time)
{
    private const int MostDoublings = 3;
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeastTurn = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(15);

    private int _vain;
    private int _turns;
    private long _vainAt;

    /// <summary>How long the parent may be silent before another one is asked as well.</summary>
    public TimeSpan Patience(TimeSpan alarm)
    {
        if (_vain > 0 && time.GetElapsedTime(_vainAt) > ForgetAfter)
        {
            _vain = 0;
        }

        return alarm * (1 << _vain);
    }

    /// <summary>How long a second parent may be silent too before a third one has its turn; twice as long each time.</summary>
    public TimeSpan Turn => LeastTurn * (1 << Math.Min(_turns, 2 * MostDoublings));

    /// <summary>A third parent has its turn.</summary>
    public void NextTurn() => _turns++;

    /// <summary>One of the two has delivered. True when the first one had held back what the second one had: it gave it as soon as it was asked.</summary>
    /// <param name="secondDelivered">Whether it was the second parent.</param>
    /// <param name="askedAt">When the second one was asked, as a timestamp.</param>
    public bool Settle(bool secondDelivered, long askedAt)
    {
        var heldBack = secondDelivered && _turns == 0 && time.GetElapsedTime(askedAt) < AtOnce;
        _turns = 0;
        _vain = heldBack ? 0 : Math.Min(_vain + 1, MostDoublings);
        _vainAt = time.GetTimestamp();
        return heldBack;
    }
}
