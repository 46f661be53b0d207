using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>
/// What one party saw a node send (spec/evidence.md). It convinces nobody else, since the bytes could come from anywhere, and is never gossiped.
/// </summary>
/// <param name="Node">The node that sent it.</param>
/// <param name="Head">The signed head that covers the leaf, or the refused head.</param>
/// <param name="HeadSignature">The signature of <paramref name="Head"/>.</param>
public abstract record IncidentReport(Address Node, Head Head, Signature HeadSignature)
{
    /// <summary>
    /// Whether the report agrees with itself: its head, signature, hashes and proof show what it says was seen. <paramref name="reason"/> is one sentence for
    /// people. Null <paramref name="keys"/> leave the delegation unchecked.
    /// </summary>
    public abstract bool IsConsistent(Domains domains, ISigningKeys? keys, out string reason);
}

/// <summary>A leaf whose bytes do not hash to the signed leaf hash.</summary>
public sealed record CorruptLeaf(
    Address Node, Head Head, Signature HeadSignature, byte Leaf, Hash32 ExpectedLeafHash, byte[] LeafBytes, LeafProof Proof)
    : IncidentReport(Node, Head, HeadSignature)
{
    /// <summary>Place of the part in the window.</summary>
    public ushort Part => Proof.Part.Index;

    /// <summary>First byte of the leaf within the part.</summary>
    public uint Offset => (uint)Leaf * WindowLimits.LeafBytes;

    /// <summary>What the received bytes hash to.</summary>
    public Hash32 ActualLeafHash => TreeHash.Leaf(Head.Track, Head.Run, Head.Window, Part, Offset, LeafBytes);

    /// <summary>
    /// Reports a leaf that <see cref="WindowVerifier.AcceptLeaf"/> found corrupt. Throws <see cref="ArgumentException"/> when the window has no such signed leaf.
    /// </summary>
    public static CorruptLeaf Of(Address node, VerifiedWindow window, ushort part, byte leaf, ReadOnlySpan<byte> bytes)
    {
        var proof = LeafProof.Create(window, part, leaf);
        return new CorruptLeaf(node, window.Head!.Head, window.Head.Signature, leaf, window.Parts[part].LeafHashes[leaf], bytes.ToArray(), proof);
    }

    /// <inheritdoc/>
    public override bool IsConsistent(Domains domains, ISigningKeys? keys, out string reason)
    {
        if (!Offence.TrySigner(Head, HeadSignature, domains, keys, out var signer, out reason))
        {
            return false;
        }

        if (!Proof.Holds(ExpectedLeafHash, Leaf, Head))
        {
            reason = "The proof does not lead from the expected leaf hash to the head's root.";
            return false;
        }

        if (ActualLeafHash == ExpectedLeafHash)
        {
            reason = "The leaf's bytes are the signed ones.";
            return false;
        }

        reason = $"Signing key {signer} signed another leaf {Leaf} of part {Part} than node {Node} is reported to have sent.";
        return true;
    }
}

/// <summary>A head whose signature no delegated key made.</summary>
public sealed record CorruptHead(Address Node, Head Head, Signature HeadSignature) : IncidentReport(Node, Head, HeadSignature)
{
    /// <summary>
    /// Reports the head that <see cref="WindowVerifier.AcceptHead"/> refused last. Throws <see cref="ArgumentException"/> when it refused none.
    /// </summary>
    public static CorruptHead Of(Address node, WindowVerifier verifier) => verifier.RefusedHead is { } head
        ? new CorruptHead(node, head, verifier.RefusedSignature)
        : throw new ArgumentException("The verifier has refused no head.", nameof(verifier));

    /// <inheritdoc/>
    public override bool IsConsistent(Domains domains, ISigningKeys? keys, out string reason)
    {
        if (!Secp256k1.TryRecover(Head.Digest(domains.StreamKeys), HeadSignature, out var signer))
        {
            reason = "The head's signature is invalid, as reported.";
            return true;
        }

        if (keys is null)
        {
            reason = $"The head's signature is that of {signer}: only the chain tells whether it was a signing key of stream {Head.Track.Stream}.";
            return false;
        }

        var isSigningKey = keys.IsSigningKey(Head.Track.Stream, signer, Head.Time);
        reason = $"The head is signed by {signer}, which {(isSigningKey ? "was a" : "was no")} signing key of stream {Head.Track.Stream} at that time.";
        return !isSigningKey;
    }
}
