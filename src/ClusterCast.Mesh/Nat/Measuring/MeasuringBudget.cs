namespace ClusterCast.Mesh.Nat.Measuring;

/// <summary>
/// What a node spends on measuring for others: one peer at a time, 8 MiB a connection, 32 MiB a minute. What is more is refused at once, so nothing waits. Thread-safe.
/// </summary>
internal sealed class MeasuringBudget(TimeProvider time)
{
    /// <summary>Bytes, both directions together, for one connection.</summary>
    public const long BytesPerConnection = 8 * 1024 * 1024;

    /// <summary>Bytes, both directions together, in a minute.</summary>
    public const long BytesPerMinute = 32 * 1024 * 1024;

    /// <summary>A measurement that takes longer makes room for the next.</summary>
    public static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private object? _holder;
    private long _heldSince;
    private long _minuteSince = time.GetTimestamp();
    private long _spent;

    /// <summary>Begins or goes on to measure for a holder; false when another has the turn or the minute's bytes are spent.</summary>
    public bool TrySpend(object holder, long bytes)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_minuteSince) >= TimeSpan.FromMinutes(1))
            {
                (_minuteSince, _spent) = (time.GetTimestamp(), 0);
            }

            var isFree = _holder is null || _holder == holder || time.GetElapsedTime(_heldSince) >= LongestTurn;
            if (!isFree || _spent + bytes > BytesPerMinute)
            {
                return false;
            }

            if (_holder != holder)
            {
                (_holder, _heldSince) = (holder, time.GetTimestamp());
            }

            _spent += bytes;
            return true;
        }
    }

    /// <summary>The holder has finished.</summary>
    public void Release(object holder)
    {
        lock (_gate)
        {
            if (_holder == holder)
            {
                _holder = null;
            }
        }
    }
}
