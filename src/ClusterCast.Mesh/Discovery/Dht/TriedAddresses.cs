using System.Net;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>The addresses that were dialed lately, at most 1,024; the one dialed longest ago gives way. Thread-safe.</summary>
internal sealed class TriedAddresses(TimeProvider time)
{
    /// <summary>Addresses kept.</summary>
    public const int Capacity = 1_024;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly Dictionary<IPEndPoint, long> _at = [];
    private readonly Queue<(IPEndPoint Peer, long At)> _order = [];

    /// <summary>Whether the address was dialed in the last 30 s.</summary>
    public bool IsResting(IPEndPoint peer)
    {
        lock (_at)
        {
            return _at.TryGetValue(peer, out var at) && time.GetElapsedTime(at) < Rest;
        }
    }

    /// <summary>Whether the address may be dialed now, which is noted.</summary>
    public bool TryTake(IPEndPoint peer)
    {
        lock (_at)
        {
            if (IsResting(peer))
            {
                return false;
            }

            var now = time.GetTimestamp();
            _at[peer] = now;
            _order.Enqueue((peer, now));
            while (_order.Count > Capacity)
            {
                var (old, then) = _order.Dequeue();
                if (_at.TryGetValue(old, out var last) && last == then)
                {
                    _at.Remove(old);
                }
            }

            return true;
        }
    }
}
