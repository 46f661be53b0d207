using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.News;

/// <summary>The newest <paramref name="capacity"/> hashes; the oldest gives way. Guarded by its caller.</summary>
internal sealed class SeenSet(int capacity)
{
    private readonly HashSet<Hash32> _hashes = [];
    private readonly Queue<Hash32> _order = new();

    /// <summary>Whether a hash is remembered.</summary>
    public bool Contains(Hash32 hash) => _hashes.Contains(hash);

    /// <summary>Remembers a hash; false when it was remembered.</summary>
    public bool TryAdd(Hash32 hash)
    {
        if (!_hashes.Add(hash))
        {
            return false;
        }

        _order.Enqueue(hash);
        if (_order.Count > capacity)
        {
            _hashes.Remove(_order.Dequeue());
        }

        return true;
    }
}
