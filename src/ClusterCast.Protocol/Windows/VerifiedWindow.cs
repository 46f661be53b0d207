using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>A window as far as it has verified. Grows; read it on the thread that feeds its <see cref="WindowVerifier"/>.</summary>
public sealed class VerifiedWindow
{
    private readonly List<VerifiedPart> _parts = [];
    private readonly List<SignedHead> _heads = [];
    private Frontier _nodes;

    internal VerifiedWindow(uint number, Hash32 prev, ulong run, ReadOnlyMemory<byte> init, Hash32 initHash)
    {
        Number = number;
        Prev = prev;
        Run = run;
        Init = init;
        InitHash = initHash;
    }

    /// <summary>Number of the window in its run.</summary>
    public uint Number { get; }

    /// <summary>Digest of the last head of the window before; confirmed by the first valid head.</summary>
    public Hash32 Prev { get; }

    /// <summary>The run, Unix ms.</summary>
    public ulong Run { get; }

    /// <summary>The init segment that these parts need.</summary>
    public ReadOnlyMemory<byte> Init { get; }

    /// <summary>Hash of <see cref="Init"/>, signed in every head.</summary>
    public Hash32 InitHash { get; }

    /// <summary>The parts under the newest valid head, in order.</summary>
    public IReadOnlyList<VerifiedPart> Parts => _parts;

    /// <summary>Every valid head that was seen, oldest first; at most one a part and the last one.</summary>
    public IReadOnlyList<SignedHead> Heads => _heads;

    /// <summary>The newest valid head; null until there is one.</summary>
    public SignedHead? Head { get; private set; }

    /// <summary>Whether a last head has closed the window.</summary>
    public bool IsClosed => Head is { Head.IsLast: true };

    /// <summary><see cref="Parts"/> for hot paths.</summary>
    internal List<VerifiedPart> Verified => _parts;

    /// <summary>The tree over the part nodes of <see cref="Parts"/>.</summary>
    internal Frontier Nodes => _nodes;

    internal void Advance(SignedHead head, List<PendingPart> parts, in Frontier nodes)
    {
        foreach (var (node, leaves) in parts)
        {
            _parts.Add(new VerifiedPart(node, leaves));
        }

        _nodes.CopyFrom(nodes);
        _heads.Add(head);
        Head = head;
    }
}
