using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Scoring;

/// <summary>What kind of corruption was seen.</summary>
public enum IncidentKind
{
    /// <summary>A leaf's bytes are not the signed ones.</summary>
    Leaf,

    /// <summary>A head that no delegated key signed.</summary>
    Head,

    /// <summary>A part node or a link between windows that contradicts a signed head.</summary>
    Tree,
}

/// <summary>
/// Corrupt media that this node alone saw (spec/evidence.md): reason to ban the sender here, and no evidence for anybody else. Fields that do not apply to the
/// kind are null.
/// </summary>
public sealed record Incident
{
    /// <summary>What was corrupt.</summary>
    public required IncidentKind Kind { get; init; }

    /// <summary>When it was seen, Unix ms.</summary>
    public required ulong Time { get; init; }

    /// <summary>The node that sent it.</summary>
    public required Address Node { get; init; }

    /// <summary>The track.</summary>
    public required TrackKey Track { get; init; }

    /// <summary>The run, Unix ms.</summary>
    public required ulong Run { get; init; }

    /// <summary>The window.</summary>
    public required uint Window { get; init; }

    /// <summary>The part.</summary>
    public ushort? Part { get; init; }

    /// <summary>The leaf.</summary>
    public int? Leaf { get; init; }

    /// <summary>First byte of the leaf within its part.</summary>
    public uint? Offset { get; init; }

    /// <summary>The signed leaf hash.</summary>
    public Hash32? ExpectedLeafHash { get; init; }

    /// <summary>Hash of the bytes that came.</summary>
    public Hash32? ActualLeafHash { get; init; }

    /// <summary>The bytes that came.</summary>
    public ReadOnlyMemory<byte>? LeafBytes { get; init; }

    /// <summary>The signed head, or for <see cref="IncidentKind.Head"/> the refused one; null when there was none yet.</summary>
    public Head? Head { get; init; }

    /// <summary>The head's signature.</summary>
    public Signature? HeadSignature { get; init; }

    /// <summary>The part node that the leaf belongs to.</summary>
    public PartNode? PartNode { get; init; }

    /// <summary>Siblings from the leaf hash to the part's leaves root, lowest first.</summary>
    public IReadOnlyList<Hash32> LeafProof { get; init; } = [];

    /// <summary>Siblings from the part node to the head's root, lowest first.</summary>
    public IReadOnlyList<Hash32> PartProof { get; init; } = [];

    /// <summary>A leaf that is not the signed one.</summary>
    internal static Incident OfLeaf(Address node, ulong time, TrackKey track, VerifiedWindow window, ushort part, int leaf, ReadOnlySpan<byte> bytes)
    {
        var target = window.Parts[part];
        Span<Hash32> leaves = [.. target.LeafHashes];
        Span<Hash32> parts = [.. window.Parts.Select(p => TreeHash.Part(p.Node))];
        var offset = (uint)leaf * WindowLimits.LeafBytes;
        return new Incident
        {
            Kind = IncidentKind.Leaf,
            Time = time,
            Node = node,
            Track = track,
            Run = window.Run,
            Window = window.Number,
            Part = part,
            Leaf = leaf,
            Offset = offset,
            ExpectedLeafHash = leaves[leaf],
            ActualLeafHash = TreeHash.Leaf(track, window.Run, window.Number, part, offset, bytes),
            LeafBytes = bytes.ToArray(),
            Head = window.Head!.Head,
            HeadSignature = window.Head.Signature,
            PartNode = target.Node,
            LeafProof = InclusionProof.Create(leaves, leaf),
            PartProof = InclusionProof.Create(parts, part),
        };
    }

    /// <summary>A head that no delegated key signed.</summary>
    internal static Incident OfHead(Address node, ulong time, Head head, Signature signature) => new()
    {
        Kind = IncidentKind.Head,
        Time = time,
        Node = node,
        Track = head.Track,
        Run = head.Run,
        Window = head.Window,
        Head = head,
        HeadSignature = signature,
    };

    /// <summary>A node or a link that contradicts what was signed.</summary>
    internal static Incident OfTree(Address node, ulong time, TrackKey track, VerifiedWindow? known, uint window, ushort? part) => new()
    {
        Kind = IncidentKind.Tree,
        Time = time,
        Node = node,
        Track = track,
        Run = known?.Run ?? 0,
        Window = window,
        Part = part,
        Head = known?.Head?.Head,
        HeadSignature = known?.Head?.Signature,
    };
}
