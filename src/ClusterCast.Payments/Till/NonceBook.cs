using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments.Internal;

/// <summary>Nonces of SessionOpen within the time in which they would be accepted. Bounded. Not thread-safe.</summary>
internal sealed class NonceBook(int capacity, TimeSpan life)
{
    private readonly HashSet<Hash32> _nonces = [];
    private readonly Queue<(Hash32 Nonce, long DeathMs)> _order = new();

    public bool Contains(Hash32 nonce) => _nonces.Contains(nonce);

    public NonceResult Add(Hash32 nonce, long nowMs)
    {
        while (_order.TryPeek(out var oldest) && oldest.DeathMs < nowMs)
        {
            _order.Dequeue();
            _nonces.Remove(oldest.Nonce);
        }

        if (_nonces.Contains(nonce))
        {
            return NonceResult.Known;
        }

        if (_nonces.Count >= capacity)
        {
            return NonceResult.Full;
        }

        _nonces.Add(nonce);
        _order.Enqueue((nonce, nowMs + (long)life.TotalMilliseconds));
        return NonceResult.New;
    }
}

/// <summary>What a nonce was.</summary>
internal enum NonceResult
{
    New,
    Known,
    Full,
}
