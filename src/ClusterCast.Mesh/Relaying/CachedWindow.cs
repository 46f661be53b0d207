using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>A verified part in the cache. Its bytes are shared by all subscribers. Changes only under the gate of its <see cref="TrackCache"/>.</summary>
internal sealed class CachedPart(PartNode node, IReadOnlyList<Hash32> leafHashes, byte[] bytes, SignedHead? head, long nodeAt)
{
    // A timestamp of 0 is an absent leaf: the clock's origin lies before the process.
    private readonly long[] _arrivedAt = new long[leafHashes.Count];
    private readonly SharedFrame?[] _shared = new SharedFrame?[leafHashes.Count];
    private int _missing = leafHashes.Count;
    private bool _isShared = true;

    /// <summary>The signed node.</summary>
    public PartNode Node { get; } = node;

    /// <summary>The signed leaf hashes.</summary>
    public IReadOnlyList<Hash32> LeafHashes { get; } = leafHashes;

    /// <summary>The part's bytes; only leaves that are present may be read.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>The head that was signed with this part; null when only a later one was seen.</summary>
    public SignedHead? Head { get; } = head;

    /// <summary>When the node came, as a timestamp of the node's clock.</summary>
    public long NodeAt { get; } = nodeAt;

    /// <summary>Whether every leaf is there.</summary>
    public bool IsComplete => _missing == 0;

    /// <summary>Whether one leaf is there.</summary>
    public bool Has(int leaf) => _arrivedAt[leaf] != 0;

    /// <summary>When a leaf that is there came, as a timestamp of the node's clock.</summary>
    public long ArrivedAt(int leaf) => _arrivedAt[leaf];

    /// <summary>Marks a verified leaf as there. Its bytes are the ones shared already, unless the window was verified twice.</summary>
    public void Take(VerifiedPart source, int leaf, long now)
    {
        if (_arrivedAt[leaf] != 0)
        {
            return;
        }

        if (source.Bytes != Bytes)
        {
            source.Leaf(leaf).Span.CopyTo(Bytes.AsSpan(leaf * WindowLimits.LeafBytes));
        }

        _arrivedAt[leaf] = Math.Max(1, now);
        _missing--;
    }

    /// <summary>Marks all leaves as there.</summary>
    public void MarkAll(long now)
    {
        Array.Fill(_arrivedAt, Math.Max(1, now));
        _missing = 0;
    }

    /// <summary>The bytes of one leaf.</summary>
    public ReadOnlySpan<byte> Leaf(int leaf) => Bytes.AsSpan(leaf * WindowLimits.LeafBytes, WindowLimits.LeafLength(Bytes.Length, leaf));

    /// <summary>The frame of a leaf that is there, one for all subscribers of the channel that asked first; null for the others. Thread-safe.</summary>
    public SharedFrame? LeafFrame(byte channel, uint window, int leaf)
    {
        if (Volatile.Read(ref _shared[leaf]) is not { } frame)
        {
            lock (_shared)
            {
                if (!_isShared)
                {
                    return null;
                }

                frame = _shared[leaf] ??= SharedFrame.Of(new LeafMessage(channel, window, Node.Index, (byte)leaf, Leaf(leaf)));
            }
        }

        return frame?.Channel == channel ? frame : null;
    }

    /// <summary>Lets go of the frames: who is so late is sent copies.</summary>
    public void Unshare()
    {
        lock (_shared)
        {
            _isShared = false;
            foreach (ref var frame in _shared.AsSpan())
            {
                frame?.Dispose();
                frame = null;
            }
        }
    }
}

/// <summary>A window in the cache, under at least one valid head. Changes only under the gate of its <see cref="TrackCache"/>.</summary>
internal sealed class CachedWindow(ulong run, uint number, Hash32 prev, ReadOnlyMemory<byte> init)
{
    private readonly List<CachedPart> _parts = [];

    /// <summary>The run, Unix ms.</summary>
    public ulong Run { get; } = run;

    /// <summary>Number in the run.</summary>
    public uint Number { get; } = number;

    /// <summary>Digest of the last head before.</summary>
    public Hash32 Prev { get; } = prev;

    /// <summary>The init segment that the parts need.</summary>
    public ReadOnlyMemory<byte> Init { get; } = init;

    /// <summary>The parts under <see cref="Head"/>.</summary>
    public IReadOnlyList<CachedPart> Parts => _parts;

    /// <summary>The newest head.</summary>
    public SignedHead? Head { get; private set; }

    /// <summary>When the newest part came.</summary>
    public long NewestAt => _parts.Count > 0 ? _parts[^1].NodeAt : 0;

    /// <summary>Whether it is closed and every leaf of it is there.</summary>
    public bool IsHeld => Head is { Head: { IsLast: true, Count: var count } } && count == _parts.Count && _parts.TrueForAll(part => part.IsComplete);

    /// <summary>Bytes of the parts.</summary>
    public long ByteLength { get; private set; }

    /// <summary>Capture time of its first part, Unix ms; null before that one.</summary>
    public ulong? BeganAt => _parts.Count > 0 ? _parts[0].Node.Time : null;

    /// <summary>Lets go of the frames that are kept for many subscribers.</summary>
    public void Unshare() => _parts.ForEach(part => part.Unshare());

    /// <summary>Adds what a new head covers.</summary>
    public void Advance(IEnumerable<CachedPart> parts, SignedHead head)
    {
        foreach (var part in parts.ToList())
        {
            _parts.Add(part);
            ByteLength += part.Bytes.Length;
        }

        // A window that was verified twice can meet an older head again.
        if (Head is null || head.Head.Count > Head.Head.Count || (head.Head.Count == Head.Head.Count && head.Head.IsLast))
        {
            Head = head;
        }
    }
}
