using System.Threading.Channels;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>What the media frames of a parent amount to.</summary>
/// <param name="Verdict">The worst verdict.</param>
/// <param name="Progress">Whether a part became complete.</param>
/// <param name="Closed">The head that closed a window; null when none did.</param>
/// <param name="CountedBytes">Leaf bytes to be paid.</param>
/// <param name="Corruption">What was corrupt; null when nothing was.</param>
/// <param name="Offence">What the broadcaster did, with the proof; null when nothing.</param>
/// <param name="IsRevoked">Whether the run's signing key is trusted no longer.</param>
/// <param name="Doubt">What is corrupt unless the chain knows its signer; null when nothing is.</param>
internal readonly record struct Intake(
    Verdict Verdict,
    bool Progress = false,
    SignedHead? Closed = null,
    int CountedBytes = 0,
    Corruption? Corruption = null,
    Offence? Offence = null,
    bool IsRevoked = false,
    Doubt? Doubt = null);

/// <summary>
/// Verifies the media of one track, whoever sends it and also when two send it at once, keeps the place up to which all is complete, and gives complete parts out
/// in order (<see cref="DeliveryLine"/>). What is trusted here moves only with a valid head, so a lying parent cannot make the place jump. Not thread-safe.
/// </summary>
internal sealed class TrackReceiver
{
    private const int QueuedParts = 1_024;

    private readonly TrackKey _track;
    private readonly Eip712Domain _streamKeys;
    private readonly TrustedKeys _keys;
    private readonly VerifiedTrack _verified = new();
    private readonly WindowVerifier _fetched;
    private readonly ITrackSink? _sink;
    private readonly MeshMetrics _metrics;
    private readonly Channel<ReceivedPart> _parts;
    private readonly DeliveryLine _line;
    private ulong _run;
    private uint _window;
    private int _ready;
    private int _published;

    /// <summary>A receiver that also feeds <paramref name="sink"/>.</summary>
    public TrackReceiver(TrackKey track, Eip712Domain streamKeys, TrustedKeys keys, ITrackSink? sink, MeshMetrics metrics)
    {
        _track = track;
        _streamKeys = streamKeys;
        _keys = keys;
        _fetched = new WindowVerifier(track, streamKeys, keys, _verified);
        _sink = sink;
        _metrics = metrics;
        _parts = Channel.CreateBounded<ReceivedPart>(
            new BoundedChannelOptions(QueuedParts) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
            _ => PartsDropped++);
        _line = new DeliveryLine(Deliver);
    }

    /// <summary>The complete parts, in order. When the reader is 1,024 parts behind, the oldest are dropped.</summary>
    public ChannelReader<ReceivedPart> Parts => _parts.Reader;

    /// <summary>The run that is received, 0 before the first valid head.</summary>
    public ulong Run => _run;

    /// <summary>Where to resume: the window, and the parts of it that are complete; zeros at the start.</summary>
    public (uint Window, ushort Parts) Place => (_window, (ushort)_ready);

    /// <summary>What is to be fetched; null when nothing is missing.</summary>
    public Hole? Missing => _line.Missing;

    /// <summary>Leaves verified.</summary>
    public long LeavesVerified { get; private set; }

    /// <summary>Leaves and heads refused.</summary>
    public long LeavesRejected { get; private set; }

    /// <summary>Bytes of the verified leaves.</summary>
    public long VerifiedBytes { get; private set; }

    /// <summary>Parts given out.</summary>
    public long PartsDelivered => _line.Delivered;

    /// <summary>Parts under a valid head that never became complete.</summary>
    public long PartsLost => _line.Lost;

    /// <summary>Leaves of lost parts, and of windows that were never announced.</summary>
    public long LeavesLost => _line.LeavesLost;

    /// <summary>Parts that the reader did not take in time.</summary>
    public long PartsDropped { get; private set; }

    /// <summary>Capture time of the newest part given out, Unix ms.</summary>
    public ulong NewestTime { get; private set; }

    /// <summary>No part follows.</summary>
    public void Complete() => _parts.Writer.TryComplete();

    /// <summary>Takes one media frame from a parent. Throws <see cref="WireException"/>.</summary>
    public Intake Take(Upstream from, FrameType type, ReadOnlySpan<byte> body)
    {
        var verifier = from.Verifier ??= new WindowVerifier(_track, _streamKeys, _keys, _verified);
        switch (type)
        {
            case FrameType.Init:
                var init = InitMessage.Read(body);
                if (init.Track != _track.Track)
                {
                    return new Intake(Verdict.Malformed);
                }

                var verdict = verifier.AcceptInit(init.Run, init.Bytes.ToArray());
                from.Init = verdict;
                return new Intake(verdict);
            case var _ when from.Contradiction is { } contradiction:
                return Decide(from, contradiction, type, body);
            case var _ when from.Init != Verdict.Accepted:
                // What follows the init segment of an older run is as late as that.
                return new Intake(from.Init == Verdict.Late ? Verdict.Late : Verdict.Malformed);
            case FrameType.Window:
                var window = WindowMessage.Read(body);
                return Judge(from, verifier.OpenWindow(window.Window, window.Prev), window.Window);
            case FrameType.Node:
                return TakeNode(from, NodeMessage.Read(body));
            case FrameType.Part:
                return TakePart(from, PartMessage.Read(body));
            case FrameType.Head:
                var head = HeadMessage.Read(body);
                return TakeHead(from, head.Window, head.Count, head.Time, head.Flags, head.Signature);
            default:
                return TakeLeaf(from, LeafMessage.Read(body));
        }
    }

    private Intake TakePart(Upstream from, in PartMessage part)
    {
        var verdict = from.Verifier!.AcceptNode(part.Window, part.Part, part.Time, part.Flags, part.ByteLength, part.Leaves);
        return verdict is Verdict.Accepted or Verdict.Duplicate
            ? TakeHead(from, part.Window, (ushort)(part.Part + 1), part.Time, part.HeadFlags, part.Signature)
            : Equivocation(from, part) is { } offence
                ? new Intake(Verdict.Late, Offence: offence, IsRevoked: true)
                : Judge(from, verdict, part.Window);
    }

    private Intake TakeNode(Upstream from, in NodeMessage node)
    {
        var verifier = from.Verifier!;
        var verdict = verifier.AcceptNode(node.Window, node.Part, node.Time, node.Flags, node.ByteLength, node.Leaves);
        if (verdict == Verdict.Corrupt && Contradiction.Begin(verifier.Current, node) is { } contradiction)
        {
            // The head that follows tells whose lie it is.
            from.Contradiction = contradiction;
            return new Intake(Verdict.Late);
        }

        return Judge(from, verdict, node.Window);
    }

    // A part that contradicts what has verified is the parent's lie, unless the broadcaster signed it too.
    private Offence? Equivocation(Upstream from, in PartMessage part) =>
        Contradiction.Begin(from.Verifier!.Current, part) is { } contradiction ? contradiction.Decide(_streamKeys, part.Time, part.HeadFlags, part.Signature) : null;

    private Intake Decide(Upstream from, Contradiction contradiction, FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Node when contradiction.TryAdd(NodeMessage.Read(body)):
                return new Intake(Verdict.Late);
            case FrameType.Part when PartMessage.Read(body) is var part && contradiction.TryAdd(part)
                && contradiction.Decide(_streamKeys, part.Time, part.HeadFlags, part.Signature) is { } offence:
                return new Intake(Verdict.Late, Offence: offence, IsRevoked: true);
            case FrameType.Head when HeadMessage.Read(body) is var head && contradiction.IsCountedBy(head)
                && contradiction.Decide(_streamKeys, head.Time, head.Flags, head.Signature) is { } offence:
                return new Intake(Verdict.Late, Offence: offence, IsRevoked: true);
            default:
                return Judge(from, Verdict.Corrupt, contradiction.Window.Number);
        }
    }

    private Intake TakeHead(Upstream from, uint window, ushort count, ulong time, HeadFlags flags, Signature signature)
    {
        var verifier = from.Verifier!;
        var verdict = verifier.AcceptHead(window, count, time, flags, signature);
        if (verdict == Verdict.Corrupt)
        {
            return TakeUnsigned(from, window, verifier);
        }

        if (verdict == Verdict.Malformed)
        {
            return new Intake(verdict);
        }

        if (verdict != Verdict.Accepted)
        {
            from.HasHead |= verdict == Verdict.Duplicate;
            return new Intake(verdict);
        }

        from.HasHead = true;
        var current = verifier.Current!;
        if (current.Run != _run || current.Number != _window)
        {
            _ready = 0;
            (_run, _window) = (current.Run, current.Number);
            _published = 0;
        }

        // After a parent that lied about the window, the same window is verified anew; what it published already stays.
        var first = Math.Min(_published, current.Parts.Count);
        _published = current.Parts.Count;
        _line.Open(current);
        _sink?.OnHead(current, first, current.Head!);
        if (current.IsClosed)
        {
            from.Close(current.Head!);
        }

        return new Intake(verdict, Closed: from.TakeWhole());
    }

    // The broadcaster may have been delegated another key a moment ago, which the keys at hand do not hold yet. What follows from this head waits for the chain.
    private Intake TakeUnsigned(Upstream from, uint window, WindowVerifier verifier)
    {
        if (verifier.RefusedHead is not { } head || !Secp256k1.TryRecover(head.Digest(_streamKeys), verifier.RefusedSignature, out var signer))
        {
            return Corrupt(from, window, "a head whose signature is none", CorruptHead.Of(from.Node, verifier));
        }

        if (_keys.IsMarked(_track.Stream, signer))
        {
            return new Intake(Verdict.Late, IsRevoked: true);
        }

        var corruption = new Corruption(from.Node, _track, window, "a head that no signing key signed", CorruptHead.Of(from.Node, verifier));
        return new Intake(Verdict.Corrupt, Doubt: new Doubt(corruption, signer, head.Time));
    }

    private Intake TakeLeaf(Upstream from, in LeafMessage leaf)
    {
        var verdict = from.Verifier!.AcceptLeaf(leaf.Window, leaf.Part, leaf.Leaf, leaf.Bytes);
        var current = from.Verifier.Current;
        switch (verdict)
        {
            case Verdict.Corrupt:
                return Corrupt(from, leaf.Window, "a leaf that is not the signed one", CorruptLeaf.Of(from.Node, current!, leaf.Part, leaf.Leaf, leaf.Bytes));
            case Verdict.Duplicate:
                // Another parent sent it first. This one delivered it too, and is paid when the bytes are the right ones.
                var isRight = leaf.Bytes.SequenceEqual(current!.Parts[leaf.Part].Leaf(leaf.Leaf).Span);
                return Paid(from, leaf, new Intake(verdict), isRight);
            case Verdict.Accepted:
                LeavesVerified++;
                VerifiedBytes += leaf.Bytes.Length;
                _metrics.LeafVerified(leaf.Bytes.Length);
                _sink?.OnLeaf(current!, current!.Parts[leaf.Part], leaf.Leaf);
                return Paid(from, leaf, new Intake(verdict, Count(current!)), isRight: true);
            default:
                return new Intake(verdict);
        }
    }

    private static Intake Paid(Upstream from, in LeafMessage leaf, Intake intake, bool isRight) =>
        isRight && from.Counts(leaf.Window, leaf.Part, leaf.Leaf, leaf.Bytes.Length)
            ? intake with { CountedBytes = leaf.Bytes.Length, Closed = from.TakeWhole() }
            : intake;

    /// <summary>Takes a window that was fetched, as far as it has come.</summary>
    public void TakeFetched(VerifiedWindow window)
    {
        foreach (var part in window.Parts.Where(part => part.IsComplete))
        {
            LeavesVerified += part.LeafHashes.Count;
            VerifiedBytes += part.Bytes.Length;
        }

        if (_verified.Newest is { } current && current.Run == window.Run && current.Number == window.Number)
        {
            Fill(current, window);
            return;
        }

        _metrics.Fetching.PartsRepaired.Add(_line.Repair(window));
        if (_sink is { } sink && window.Run == _run)
        {
            sink.OnHead(window, 0, window.Head!);
            foreach (var part in window.Parts.Where(part => part.IsComplete))
            {
                for (var leaf = 0; leaf < part.LeafHashes.Count; leaf++)
                {
                    sink.OnLeaf(window, part, leaf);
                }
            }
        }
    }

    /// <summary>Does without what is missing.</summary>
    public void GiveUp() => _line.GiveUp();

    // The open window has its own nodes: the leaves alone are taken over, each compared with its signed hash again.
    private void Fill(VerifiedWindow current, VerifiedWindow fetched)
    {
        var before = _line.Delivered;
        for (ushort index = 0; index < Math.Min(current.Parts.Count, fetched.Parts.Count); index++)
        {
            var (part, source) = (current.Parts[index], fetched.Parts[index]);
            for (var leaf = 0; source.IsComplete && !part.IsComplete && leaf < source.LeafHashes.Count; leaf++)
            {
                if (_fetched.AcceptLeaf(current.Number, index, (byte)leaf, source.Leaf(leaf).Span) == Verdict.Accepted)
                {
                    _sink?.OnLeaf(current, part, leaf);
                }
            }
        }

        Count(current);
        _metrics.Fetching.PartsRepaired.Add(_line.Delivered - before);
    }

    private bool Count(VerifiedWindow current)
    {
        var before = _ready;
        while (_ready < current.Parts.Count && current.Parts[_ready].IsComplete)
        {
            _ready++;
        }

        _line.Advance();
        return _ready > before;
    }

    private void Deliver(VerifiedWindow window, VerifiedPart part)
    {
        NewestTime = part.Node.Time;
        _metrics.Arrived?.Invoke(_track, window.Number, part.Node);
        if (_sink is null)
        {
            _parts.Writer.TryWrite(new ReceivedPart(_track, window.Run, window.Number, part, window.Head!, window.Init));
        }
    }

    private Intake Judge(Upstream from, Verdict verdict, uint window) => verdict == Verdict.Corrupt
        ? Corrupt(from, window, "a node or link that contradicts a signed head", report: null)
        : new Intake(verdict);

    /// <summary>Counts something that is not the broadcaster's.</summary>
    public void Reject()
    {
        LeavesRejected++;
        _metrics.Rejected();
    }

    private Intake Corrupt(Upstream from, uint window, string what, IncidentReport? report)
    {
        Reject();
        return new Intake(Verdict.Corrupt, Corruption: new Corruption(from.Node, _track, window, what, report));
    }
}
