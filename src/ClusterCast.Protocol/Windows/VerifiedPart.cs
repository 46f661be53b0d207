using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>A part whose node is under a valid head, and those of its leaves that have arrived and verified.</summary>
public sealed class VerifiedPart
{
    private readonly bool[] _present;
    private int _missing;

    internal VerifiedPart(PartNode node, Hash32[] leaves)
    {
        Node = node;
        Leaves = leaves;
        Bytes = new byte[node.ByteLength];
        _present = new bool[leaves.Length];
        _missing = leaves.Length;
    }

    /// <summary>The signed node.</summary>
    public PartNode Node { get; }

    /// <summary>The signed leaf hashes.</summary>
    public IReadOnlyList<Hash32> LeafHashes => Leaves;

    /// <summary>The part's bytes; those of missing leaves are zero.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether every leaf is there.</summary>
    public bool IsComplete => _missing == 0;

    /// <summary>Whether one leaf is there.</summary>
    public bool Has(int leaf) => _present[leaf];

    /// <summary>The bytes of one leaf.</summary>
    public ReadOnlyMemory<byte> Leaf(int leaf) =>
        Bytes.AsMemory(leaf * WindowLimits.LeafBytes, WindowLimits.LeafLength(Bytes.Length, leaf));

    /// <summary><see cref="LeafHashes"/> for hot paths.</summary>
    internal Hash32[] Leaves { get; }

    internal void Store(int leaf, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Bytes.AsSpan(leaf * WindowLimits.LeafBytes));
        _present[leaf] = true;
        _missing--;
    }
}
