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
    public static Offence? Find(VerifiedWindow window, Eip712Domain streamKeys, in PartNode other, HeadFlags flags, in Signature signature) =>
        other.Index > window.Parts.Count
            ? null
            // What the other head says of the parts before is what has verified, or else its signature leads elsewhere.
            : Find(window, streamKeys, [.. window.Parts.Take(other.Index).Select(part => part.Node), other], other.Time, flags, signature);

    /// <summary>The same for a head over other parts, the first contradicting one of which may have come long before it.</summary>
    /// <param name="window">What has verified.</param>
    /// <param name="streamKeys">The domain of heads.</param>
    /// <param name="others">All part nodes under the other head, in order.</param>
    /// <param name="time">Time of the other head.</param>
    /// <param name="flags">Its flags.</param>
    /// <param name="signature">Its signature.</param>
    public static Offence? Find(VerifiedWindow window, Eip712Domain streamKeys, IReadOnlyList<PartNode> others, ulong time, HeadFlags flags, in Signature signature)
    {
        if (window.Head is not { } newest || others.Count is 0 or > WindowLimits.PartsPerWindow || (others.Count > window.Parts.Count && !window.IsClosed && Differs(window, others) < 0))
        {
            return null;
        }

        Hash32[] nodes = [.. others.Select(node => TreeHash.Part(node))];
        var second = newest.Head with
        {
            Count = (ushort)nodes.Length,
            Root = Frontier.RootOf(nodes),
            ByteLength = (ulong)others.Sum(node => (long)node.ByteLength),
            LeafCount = (uint)others.Sum(node => (int)node.LeafCount),
            Time = time,
            Flags = flags,
        };
        if (!Secp256k1.TryRecover(second.Digest(streamKeys), signature, out var signer) || signer != newest.Signer)
        {
            return null;
        }

        var index = Differs(window, others);
        if (index < 0)
        {
            return others.Count > window.Parts.Count && window.IsClosed ? new PartsBeyondLast(newest.Head, newest.Signature, second, signature) : null;
        }

        if (window.Heads.FirstOrDefault(head => head.Head.Count == second.Count && head.Signer == signer) is { } first)
        {
            return new Equivocation(first.Head, first.Signature, second, signature);
        }

        var verified = window.Parts.Select(part => TreeHash.Part(part.Node)).ToArray();
        return new ConflictingParts(
            (ushort)index, newest.Head, newest.Signature, PartProof.Create(verified, index), second, signature, PartProof.Create(nodes, index));
    }

    // The first part that is not the verified one; negative when there is none.
    private static int Differs(VerifiedWindow window, IReadOnlyList<PartNode> others)
    {
        for (var i = 0; i < Math.Min(window.Parts.Count, others.Count); i++)
        {
            if (window.Parts[i].Node != others[i])
            {
                return i;
            }
        }

        return -1;
    }
}
