namespace ClusterCast.Payments.Internal;

/// <summary>
/// The relay's bits in the contract's replay bitmap. Outstanding offers never share an index; one whose ticket lost is free again at once; one that won is free two epochs later, when no ticket of the
/// won epoch is accepted any more and the page of that parity has turned over. The lowest free index is used first, which keeps the bitmap dense. Thread-safe.
/// </summary>
internal sealed class IndexPool
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<uint, uint> _free = new();
    private readonly PriorityQueue<uint, uint> _won = new();
    private readonly HashSet<uint> _reserved = [];
    private uint _next;

    /// <summary>Takes indexes that have winners in live epochs out of circulation. To be called before the first <see cref="Take"/>.</summary>
    public IndexPool(IEnumerable<(uint Index, uint Epoch)> winners)
    {
        // One index may have won in two live epochs; the later one counts.
        foreach (var winner in winners.GroupBy(winner => winner.Index))
        {
            _reserved.Add(winner.Key);
            _won.Enqueue(winner.Key, winner.Max(w => w.Epoch));
        }
    }

    /// <summary>An index that no outstanding offer and no winner of a live epoch uses.</summary>
    public uint Take(uint currentEpoch)
    {
        lock (_gate)
        {
            while (_won.TryPeek(out _, out var epoch) && (ulong)epoch + 2 <= currentEpoch)
            {
                var index = _won.Dequeue();
                _reserved.Remove(index);
                if (index < _next)
                {
                    _free.Enqueue(index, index);
                }
            }

            if (_free.TryDequeue(out var free, out _))
            {
                return free;
            }

            while (_reserved.Contains(_next))
            {
                _next++;
            }

            return _next++;
        }
    }

    /// <summary>The ticket lost, or its offer was given up together with its preimage.</summary>
    public void Release(uint index)
    {
        lock (_gate)
        {
            _free.Enqueue(index, index);
        }
    }

    /// <summary>The ticket won in an epoch.</summary>
    public void Won(uint index, uint epoch)
    {
        lock (_gate)
        {
            _won.Enqueue(index, epoch);
        }
    }
}
