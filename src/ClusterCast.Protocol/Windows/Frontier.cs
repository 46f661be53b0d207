using System.Numerics;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>
/// A growing RFC 6962 tree in O(log n) memory: the roots of the perfect subtrees that cover the nodes so far.
/// Appending is amortised one hash, the root costs one hash a set bit of <see cref="Count"/>.
/// </summary>
public struct Frontier
{
    // Enough for 65,535 nodes; a window has at most 256.
    private const int Levels = 16;

    private Hash32[]? _subtrees;

    /// <summary>Nodes appended, at most 65,535.</summary>
    public int Count { get; private set; }

    /// <summary>A copy that grows on its own. A plain assignment does not: both would share their subtrees.</summary>
    public readonly Frontier Clone() => new() { _subtrees = (Hash32[]?)_subtrees?.Clone(), Count = Count };

    /// <summary>Appends a node's hash. Throws <see cref="InvalidOperationException"/> when the tree is full.</summary>
    public void Append(Hash32 node)
    {
        if (Count == (1 << Levels) - 1)
        {
            throw new InvalidOperationException($"A tree holds at most {Count} nodes.");
        }

        _subtrees ??= new Hash32[Levels];
        Append(_subtrees, Count++, node);
    }

    /// <summary>The root over all nodes. Throws <see cref="InvalidOperationException"/> when there is none.</summary>
    public readonly Hash32 Root() => Root(_subtrees, Count);

    /// <summary>The root over a list of nodes. Throws <see cref="InvalidOperationException"/> when there is none.</summary>
    public static Hash32 RootOf(ReadOnlySpan<Hash32> nodes)
    {
        Span<Hash32> subtrees = stackalloc Hash32[32];
        for (var count = 0; count < nodes.Length; count++)
        {
            Append(subtrees, count, nodes[count]);
        }

        return Root(subtrees, nodes.Length);
    }

    /// <summary>Becomes a copy of another tree in its own memory.</summary>
    internal void CopyFrom(in Frontier other)
    {
        Count = other.Count;
        if (other._subtrees is not null)
        {
            _subtrees ??= new Hash32[Levels];
            other._subtrees.CopyTo(_subtrees, 0);
        }
    }

    private static void Append(Span<Hash32> subtrees, int count, Hash32 node)
    {
        var level = 0;
        for (; (count >> level & 1) == 1; level++)
        {
            node = TreeHash.Inner(subtrees[level], node);
        }

        subtrees[level] = node;
    }

    private static Hash32 Root(ReadOnlySpan<Hash32> subtrees, int count)
    {
        if (count == 0)
        {
            throw new InvalidOperationException("A tree without nodes has no root.");
        }

        // The smallest subtree lies on the right; an odd node is carried up as it is.
        var level = BitOperations.TrailingZeroCount(count);
        var root = subtrees[level];
        for (level++; count >> level != 0; level++)
        {
            if ((count >> level & 1) == 1)
            {
                root = TreeHash.Inner(subtrees[level], root);
            }
        }

        return root;
    }
}
