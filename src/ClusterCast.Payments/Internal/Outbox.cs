namespace ClusterCast.Payments.Internal;

/// <summary>
/// Frames and notifications in the order in which they were decided, delivered outside of every lock: a callback may take locks of its own, or call back.
/// Bounded by its callers, which post at most a few entries for each frame that they receive.
/// </summary>
internal sealed class Outbox
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _waiting = new();
    private bool _delivering;

    /// <summary>Adds an entry. May be called under a lock; <see cref="Deliver"/> follows after it.</summary>
    public void Post(Action entry)
    {
        lock (_gate)
        {
            _waiting.Enqueue(entry);
        }
    }

    /// <summary>Runs what waits, unless another call (of any thread, this one included) is doing so already.</summary>
    public void Deliver()
    {
        while (TryTake(out var entry))
        {
            try
            {
                entry();
            }
            finally
            {
                lock (_gate)
                {
                    _delivering = false;
                }
            }
        }
    }

    private bool TryTake(out Action entry)
    {
        lock (_gate)
        {
            entry = null!;
            if (_delivering || !_waiting.TryDequeue(out var next))
            {
                return false;
            }

            entry = next;
            _delivering = true;
            return true;
        }
    }
}
