using System.Net;

namespace ClusterCast.Mesh.Discovery;

/// <summary>
/// The addresses that were dialed lately, at most 1,024; the one dialed longest ago gives way. An address rests for 2 s after its first dial, then for twice as long
/// each time up to 64 s. Thread-safe.
/// </summary>
internal sealed class TriedAddresses(TimeProvider time)
{
    /// <summary>Addresses kept.</summary>
    public const int Capacity = 1_024;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(64);

    private readonly Dictionary<IPEndPoint, (long At, TimeSpan Wait)> _tried = [];
    private readonly Queue<(IPEndPoint Peer, long At)> _order = [];

    /// <summary>Whether the address is not to be dialed now.</summary>
    public bool IsResting(IPEndPoint peer)
    {
        lock (_tried)
        {
            return _tried.TryGetValue(peer, out var last) && time.GetElapsedTime(last.At) < last.Wait;
        }
    }

    /// <summary>Whether the address may be dialed now, which is noted.</summary>
    public bool TryTake(IPEndPoint peer)
    {
        lock (_tried)
        {
            if (IsResting(peer))
            {
                return false;
            }

            var now = time.GetTimestamp();
            var rest = _tried.TryGetValue(peer, out var last) ? last.Wait * 2 : FirstRest;
            _tried[peer] = (now, rest < LongestRest ? rest : LongestRest);
            _order.Enqueue((peer, now));
            while (_order.Count > Capacity)
            {
                var (old, then) = _order.Dequeue();
                if (_tried.TryGetValue(old, out var newest) && newest.At == then)
                {
                    _tried.Remove(old);
                }
            }

            return true;
        }
    }
}
