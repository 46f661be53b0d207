using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>The way from a leaf hash through its part's node to the root of a head (RFC 6962 §2.1.1).</summary>
/// <param name="Part">The part's node; its leaves root is the root of the first siblings.</param>
/// <param name="LeafSiblings">From the leaf hash to the leaves root, lowest first.</param>
/// <param name="PartSiblings">From the part node to the head's root, lowest first.</param>
public sealed record LeafProof(PartNode Part, IReadOnlyList<Hash32> LeafSiblings, IReadOnlyList<Hash32> PartSiblings)
{
    /// <summary>
    /// The proof for one leaf of a window under its newest head. Throws <see cref="ArgumentException"/> when the window has no head or not that leaf.
    /// </summary>
    public static LeafProof Create(VerifiedWindow window, ushort part, byte leaf)
    {
        if (part >= window.Parts.Count || leaf >= window.Parts[part].LeafHashes.Count)
        {
            throw new ArgumentException($"Window {window.Number} has no signed leaf {leaf} of part {part}.");
        }

        var nodes = window.Parts.Select(p => TreeHash.Part(p.Node)).ToArray();
        return new LeafProof(
            window.Parts[part].Node,
            InclusionProof.Create(window.Parts[part].Leaves, leaf),
            InclusionProof.Create(nodes, part));
    }

    /// <summary>Whether the head's root covers this leaf hash at this place. The head's signature is another question.</summary>
    public bool Holds(Hash32 leafHash, byte leaf, in Head head) =>
        Part.ByteLength is not 0 and <= WindowLimits.PartBytes
        && InclusionProof.TryRoot(leafHash, leaf, Part.LeafCount, LeafSiblings.ToArray(), out var leavesRoot)
        && leavesRoot == Part.LeavesRoot
        && InclusionProof.TryRoot(TreeHash.Part(Part), Part.Index, head.Count, PartSiblings.ToArray(), out var root)
        && root == head.Root;
}
