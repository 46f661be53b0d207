using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>
/// Tells a broadcaster that signed two parts for one place, or parts beyond the last, from a relay that made one up. For the moment in which
/// <see cref="WindowVerifier.AcceptNode"/> refuses a Part that contradicts what has verified.
/// </summary>
public static class EquivocationFinder
{
    /// <summary>
    /// The evidence when the head that came with <paramref name="other"/> is signed by the key that signed the verified window: an equivocation where a head over
    /// as many parts was seen, conflicting parts under the newest head where none was, parts beyond the last where the window was closed; else null.
    /// </summary>
    /// <param name="window">What has verified.</param>
    /// <param name="streamKeys">The domain of heads.</param>
    /// <param name="other">The contradicting part node.</param>
    /// <param name="flags">Flags of the head that came with it.</param>
    /// <param name="signature">Signature of that head.</param>
    public static Offence? Find(VerifiedWindow window, Eip712Domain streamKeys, in PartNode other, HeadFlags flags, in Signature signature)
    {
        if (window.Head is not { } newest || other.Index > window.Parts.Count || (other.Index == window.Parts.Count && !window.IsClosed))
        {
            return null;
        }

        // What the other head says of the parts before is what has verified, or else its signature leads elsewhere.
        Hash32[] nodes = [.. window.Parts.Take(other.Index).Select(part => TreeHash.Part(part.Node)), TreeHash.Part(other)];
        var before = window.Parts.Take(other.Index).Select(part => part.Node).ToArray();
        var second = newest.Head with
        {
            Count = (ushort)nodes.Length,
            Root = Frontier.RootOf(nodes),
            ByteLength = (ulong)before.Sum(node => (long)node.ByteLength) + other.ByteLength,
            LeafCount = (uint)before.Sum(node => (int)node.LeafCount) + other.LeafCount,
            Time = other.Time,
            Flags = flags,
        };
        if (!Secp256k1.TryRecover(second.Digest(streamKeys), signature, out var signer) || signer != newest.Signer)
        {
            return null;
        }

        if (other.Index == window.Parts.Count)
        {
            return new PartsBeyondLast(newest.Head, newest.Signature, second, signature);
        }

        if (window.Parts[other.Index].Node == other)
        {
            return null;
        }

        if (window.Heads.FirstOrDefault(head => head.Head.Count == second.Count && head.Signer == signer) is { } first)
        {
            return new Equivocation(first.Head, first.Signature, second, signature);
        }

        var verified = window.Parts.Select(part => TreeHash.Part(part.Node)).ToArray();
        return new ConflictingParts(
            other.Index, newest.Head, newest.Signature, PartProof.Create(verified, other.Index), second, signature, PartProof.Create(nodes, other.Index));
    }
}
