using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Scoring;

/// <summary>
/// The signing keys without those that were proven to have signed two things for one place. At most 1,024 are remembered, the oldest gives way; the chain
/// revokes them for good. Thread-safe.
/// </summary>
internal sealed class TrustedKeys(ISigningKeys keys) : ISigningKeys
{
    private const int Capacity = 1_024;

    private readonly Lock _gate = new();
    private readonly Queue<MarkedKey> _order = new();
    private volatile HashSet<MarkedKey> _marked = [];

    /// <summary>The keys that are trusted no longer.</summary>
    public IReadOnlyCollection<MarkedKey> Marked => _marked;

    /// <inheritdoc/>
    public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => !IsMarked(stream, key) && keys.IsSigningKey(stream, key, timeMs);

    /// <summary>Whether a key is trusted no longer for a stream.</summary>
    public bool IsMarked(StreamId stream, Address key) => _marked is { Count: > 0 } marked && marked.Contains(new MarkedKey(stream, key));

    /// <summary>Trusts a key no longer for a stream.</summary>
    public void Mark(StreamId stream, Address key)
    {
        lock (_gate)
        {
            var marked = new HashSet<MarkedKey>(_marked);
            if (!marked.Add(new MarkedKey(stream, key)))
            {
                return;
            }

            _order.Enqueue(new MarkedKey(stream, key));
            if (_order.Count > Capacity)
            {
                marked.Remove(_order.Dequeue());
            }

            _marked = marked;
        }
    }
}

/// <summary>A signing key that was proven to have signed two things for one place.</summary>
/// <param name="Stream">The stream that it signed for.</param>
/// <param name="Key">The key.</param>
public readonly record struct MarkedKey(StreamId Stream, Address Key);
