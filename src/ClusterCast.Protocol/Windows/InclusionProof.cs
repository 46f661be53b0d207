using System.Numerics;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>Inclusion proofs of the RFC 6962 tree (§2.1.1): the siblings on the way from a node to the root, lowest first.</summary>
public static class InclusionProof
{
    /// <summary>The siblings of node <paramref name="index"/> among <paramref name="nodes"/>.</summary>
    public static Hash32[] Create(ReadOnlySpan<Hash32> nodes, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, nodes.Length);
        var siblings = new List<Hash32>();
        Collect(nodes, index, siblings);
        return [.. siblings];
    }

    /// <summary>
    /// The root that a node with these siblings belongs to (RFC 9162 §2.1.3.2); false when the number of siblings cannot fit. The caller compares the root.
    /// </summary>
    public static bool TryRoot(Hash32 node, int index, int count, ReadOnlySpan<Hash32> siblings, out Hash32 root)
    {
        root = node;
        if (index < 0 || index >= count)
        {
            return false;
        }

        var last = count - 1;
        foreach (ref readonly var sibling in siblings)
        {
            if (last == 0)
            {
                return false;
            }

            if ((index & 1) == 1 || index == last)
            {
                root = TreeHash.Inner(sibling, root);
                var skip = (index & 1) == 1 ? 0 : BitOperations.TrailingZeroCount(index);
                index >>= skip;
                last >>= skip;
            }
            else
            {
                root = TreeHash.Inner(root, sibling);
            }

            index >>= 1;
            last >>= 1;
        }

        return last == 0;
    }

    private static void Collect(ReadOnlySpan<Hash32> nodes, int index, List<Hash32> siblings)
    {
        if (nodes.Length == 1)
        {
            return;
        }

        var split = (int)(BitOperations.RoundUpToPowerOf2((uint)nodes.Length) >> 1);
        if (index < split)
        {
            Collect(nodes[..split], index, siblings);
            siblings.Add(Frontier.RootOf(nodes[split..]));
        }
        else
        {
            Collect(nodes[split..], index - split, siblings);
            siblings.Add(Frontier.RootOf(nodes[..split]));
        }
    }
}
