using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// Part nodes of a parent that contradict those of a verified window. In a burst they come long before the head that signs them; until then it is open whether the
/// parent made them up or the broadcaster signed two windows. At most 256 nodes.
/// </summary>
internal sealed class Contradiction
{
    private readonly List<PartNode> _nodes;

    private Contradiction(VerifiedWindow window, IEnumerable<PartNode> nodes)
    {
        Window = window;
        _nodes = [.. nodes];
    }

    /// <summary>What has verified.</summary>
    public VerifiedWindow Window { get; }

    /// <summary>The contradiction that begins with this node; null when it is no node that could stand in the window.</summary>
    public static Contradiction? Begin(VerifiedWindow? window, in NodeMessage node) =>
        Begin(window, node.Window, node.Part, node.Time, node.Flags, node.ByteLength, node.Leaves);

    /// <summary>The contradiction that this Part makes; null when it is no part that could stand in the window.</summary>
    public static Contradiction? Begin(VerifiedWindow? window, in PartMessage part) =>
        Begin(window, part.Window, part.Part, part.Time, part.Flags, part.ByteLength, part.Leaves);

    /// <summary>Adds the next node; false when it is not the next.</summary>
    public bool TryAdd(in NodeMessage node) => TryAdd(node.Window, node.Part, node.Time, node.Flags, node.ByteLength, node.Leaves);

    /// <summary>Adds the node of a Part; false when it is not the next.</summary>
    public bool TryAdd(in PartMessage part) => TryAdd(part.Window, part.Part, part.Time, part.Flags, part.ByteLength, part.Leaves);

    /// <summary>Whether a head is one over all nodes.</summary>
    public bool IsCountedBy(in HeadMessage head) => head.Window == Window.Number && head.Count == _nodes.Count;

    /// <summary>The broadcaster's offence when its key signed this head over the nodes; null when the parent made them up.</summary>
    public Offence? Decide(Eip712Domain streamKeys, ulong time, HeadFlags flags, in Signature signature) =>
        EquivocationFinder.Find(Window, streamKeys, _nodes, time, flags, signature);

    private static Contradiction? Begin(
        VerifiedWindow? window, uint number, ushort part, ulong time, PartFlags flags, uint byteLength, ReadOnlySpan<Hash32> leaves) =>
        window is { Head: not null } && window.Number == number && part <= window.Parts.Count && NodeOf(part, time, flags, byteLength, leaves) is { } node
            ? new Contradiction(window, window.Parts.Take(part).Select(p => p.Node).Append(node))
            : null;

    private static PartNode? NodeOf(ushort part, ulong time, PartFlags flags, uint byteLength, ReadOnlySpan<Hash32> leaves) =>
        part < WindowLimits.PartsPerWindow && byteLength is > 0 and <= WindowLimits.PartBytes && leaves.Length == WindowLimits.LeafCount((int)byteLength)
            ? new PartNode(part, byteLength, time, flags, Frontier.RootOf(leaves))
            : null;

    private bool TryAdd(uint number, ushort part, ulong time, PartFlags flags, uint byteLength, ReadOnlySpan<Hash32> leaves)
    {
        if (number != Window.Number || part != _nodes.Count || NodeOf(part, time, flags, byteLength, leaves) is not { } node)
        {
            return false;
        }

        _nodes.Add(node);
        return true;
    }
}
