using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>
/// Tells a broadcaster that signed two parts for one place from a relay that made one up. For the moment in which
/// <see cref="WindowVerifier.AcceptNode"/> finds that a Part contradicts a verified one.
/// </summary>
public static class EquivocationFinder
{
    /// <summary>
    /// The evidence when the head that came with <paramref name="other"/> is signed by the key that signed the verified head of the same place; else null,
    /// also when no head over exactly these parts was seen.
    /// </summary>
    /// <param name="window">What has verified.</param>
    /// <param name="streamKeys">The domain of heads.</param>
    /// <param name="other">The contradicting part node.</param>
    /// <param name="flags">Flags of the head that came with it.</param>
    /// <param name="signature">Signature of that head.</param>
    public static Equivocation? Find(VerifiedWindow window, Eip712Domain streamKeys, in PartNode other, HeadFlags flags, in Signature signature)
    {
        var count = other.Index + 1;
        var first = window.Heads.FirstOrDefault(h => h.Head.Count == count);
        if (first is null)
        {
            return null;
        }

        var tree = default(Frontier);
        var before = window.Parts.Take(other.Index).Select(p => p.Node);
        ulong bytes = other.ByteLength;
        uint leaves = other.LeafCount;
        foreach (var node in before)
        {
            tree.Append(TreeHash.Part(node));
            bytes += node.ByteLength;
            leaves += node.LeafCount;
        }

        tree.Append(TreeHash.Part(other));
        var second = first.Head with { Root = tree.Root(), ByteLength = bytes, LeafCount = leaves, Time = other.Time, Flags = flags };
        return second.Root != first.Head.Root && Secp256k1.TryRecover(second.Digest(streamKeys), signature, out var signer) && signer == first.Signer
            ? new Equivocation(first.Head, first.Signature, second, signature)
            : null;
    }
}
