using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>A part node under a head's root.</summary>
/// <param name="Node">Hash of the part node.</param>
/// <param name="Siblings">From the node to the head's root, lowest first (RFC 6962 §2.1.1).</param>
public sealed record PartProof(Hash32 Node, IReadOnlyList<Hash32> Siblings)
{
    /// <summary>The proof for one of the nodes under a head. Throws <see cref="ArgumentOutOfRangeException"/> when there is no such node.</summary>
    public static PartProof Create(ReadOnlySpan<Hash32> nodes, int index)
    {
        var siblings = InclusionProof.Create(nodes, index);
        return new PartProof(nodes[index], siblings);
    }

    /// <summary>Whether the head's root has this node at this index.</summary>
    public bool Holds(ushort index, in Head head) =>
        head.Count <= WindowLimits.PartsPerWindow && InclusionProof.TryRoot(Node, index, head.Count, Siblings.ToArray(), out var root) && root == head.Root;

    /// <inheritdoc/>
    public bool Equals(PartProof? other) => other is not null && Node == other.Node && Siblings.SequenceEqual(other.Siblings);

    /// <inheritdoc/>
    public override int GetHashCode() => Node.GetHashCode();
}

/// <summary>Two heads of one window, of any counts, that hold different part nodes at one index.</summary>
public sealed record ConflictingParts(
    ushort Index, Head First, Signature FirstSignature, PartProof FirstPart, Head Second, Signature SecondSignature, PartProof SecondPart) : Offence
{
    /// <inheritdoc/>
    public override StreamId Stream => First.Track.Stream;

    /// <inheritdoc/>
    public override ulong Time => Math.Max(First.Time, Second.Time);

    /// <inheritdoc/>
    public override Judgement Judge(Domains domains, ISigningKeys? keys)
    {
        if (!InOneWindow(First, Second))
        {
            return DifferentPlaces;
        }

        if (!FirstPart.Holds(Index, First) || !SecondPart.Holds(Index, Second))
        {
            return new Judgement(false, default, $"A proof does not lead from part {Index} to its head's root.");
        }

        return FirstPart.Node == SecondPart.Node
            ? new Judgement(false, default, $"Both heads hold the same part {Index}.")
            : JudgePair(First, FirstSignature, Second, SecondSignature, domains, keys, $"two different parts {Index} of one window");
    }
}
