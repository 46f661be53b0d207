using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>At most so many attempts of a node in a minute. Holds 1,024 nodes; while more are active than that, others have none. Thread-safe.</summary>
internal sealed class AttemptLimit(TimeProvider time)
{
    /// <summary>Attempts a minute.</summary>
    public const int PerMinute = 6;

    private const int Capacity = 1_024;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Address, Queue<long>> _attempts = [];

    /// <summary>Counts an attempt; false when the node has used up its own.</summary>
    public bool TryTake(Address node)
    {
        lock (_attempts)
        {
            if (!_attempts.TryGetValue(node, out var times))
            {
                if (_attempts.Count >= Capacity)
                {
                    foreach (var idle in _attempts.Where(entry => time.GetElapsedTime(entry.Value.Last()) > Minute).Select(entry => entry.Key).ToList())
                    {
                        _attempts.Remove(idle);
                    }
                }

                if (_attempts.Count >= Capacity)
                {
                    return false;
                }

                _attempts[node] = times = new Queue<long>(PerMinute);
            }

            while (times.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > Minute)
            {
                times.Dequeue();
            }

            if (times.Count >= PerMinute)
            {
                return false;
            }

            times.Enqueue(time.GetTimestamp());
            return true;
        }
    }
}
