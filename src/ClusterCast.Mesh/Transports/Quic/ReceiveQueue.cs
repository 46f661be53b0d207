using ClusterCast.Mesh.Transports.Quic.Native;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>
/// Received bytes of one stream in the native slabs they came in. The flow-control windows bound it: credit for what was taken is given back in portions.
/// Its owner locks.
/// </summary>
internal sealed class ReceiveQueue(Action<int> consumed)
{
    private const int Portion = 16 * 1024;

    private (nint Slab, int Offset, int Length)[] _chunks = [];
    private int _head;
    private int _count;
    private int _owed;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Adds bytes; takes over the slab's reference.</summary>
    public void Add(nint slab, int offset, int length)
    {
        if (_count > 0)
        {
            ref var last = ref _chunks[(_head + _count - 1) % _chunks.Length];
            if (last.Slab == slab && last.Offset + last.Length == offset)
            {
                last.Length += length;
                Native.Slab.Release(slab);
                return;
            }
        }

        if (_count == _chunks.Length)
        {
            var larger = new (nint, int, int)[Math.Max(4, _count * 2)];
            for (var i = 0; i < _count; i++)
            {
                larger[i] = _chunks[(_head + i) % _chunks.Length];
            }

            _chunks = larger;
            _head = 0;
        }

        _chunks[(_head + _count++) % _chunks.Length] = (slab, offset, length);
    }

    /// <summary>Moves bytes out; how many.</summary>
    public int Take(Span<byte> into)
    {
        var taken = 0;
        while (_count > 0 && taken < into.Length)
        {
            ref var first = ref _chunks[_head];
            var count = Math.Min(first.Length, into.Length - taken);
            Native.Slab.Bytes(first.Slab, first.Offset, count).CopyTo(into[taken..]);
            first.Offset += count;
            first.Length -= count;
            taken += count;
            if (first.Length == 0)
            {
                Drop();
            }
        }

        Owe(taken, always: false);
        return taken;
    }

    /// <summary>Throws away what waits.</summary>
    public void Clear()
    {
        var bytes = 0;
        while (_count > 0)
        {
            bytes += _chunks[_head].Length;
            Drop();
        }

        Owe(bytes, always: true);
    }

    /// <summary>Throws away bytes that have only just come.</summary>
    public void Discard(nint slab, int length)
    {
        Native.Slab.Release(slab);
        Owe(length, always: true);
    }

    private void Drop()
    {
        Native.Slab.Release(_chunks[_head].Slab);
        _head = (_head + 1) % _chunks.Length;
        _count--;
    }

    private void Owe(int bytes, bool always)
    {
        _owed += bytes;
        if (_owed >= Portion || (always && _owed > 0))
        {
            consumed(_owed);
            _owed = 0;
        }
    }
}
