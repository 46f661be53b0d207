using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Windows;

/// <summary>
/// The receiver's side of the window tree for one track and one sender: takes nodes, heads and leaves from an untrusted sender in wire order and lets through
/// what the broadcaster signed. Checks in the order of spec/window.md. Holds one open window and, until the first head of that one is valid, the one before: what
/// a liar claims never costs what was verified. Several senders have a verifier each over one <see cref="VerifiedTrack"/>. Unsigned claims are bounded by
/// <see cref="WindowLimits"/> to an init segment and about 100 kB of hashes. Whether a window is recent is for the caller to judge by the heads' time. Not thread-safe.
/// </summary>
public sealed class WindowVerifier
{
    private readonly TrackKey _track;
    private readonly Eip712Domain _domain;
    private readonly ISigningKeys _keys;
    private readonly VerifiedTrack _verified;
    private readonly List<PendingPart> _pending = [];
    private Frontier _proposed;
    private ulong _proposedBytes;
    private uint _proposedLeaves;
    private int _base;
    private ReadOnlyMemory<byte> _init;
    private Hash32 _initHash;
    private ulong _run;
    private bool _isLateRun;

    /// <summary>A verifier for one track that only one sender sends at a time.</summary>
    public WindowVerifier(TrackKey track, Eip712Domain streamKeys, ISigningKeys keys)
        : this(track, streamKeys, keys, new VerifiedTrack())
    {
    }

    /// <summary>A verifier for one of several senders of a track.</summary>
    public WindowVerifier(TrackKey track, Eip712Domain streamKeys, ISigningKeys keys, VerifiedTrack verified)
    {
        _verified = verified;
        _track = track;
        _domain = streamKeys;
        _keys = keys;
    }

    /// <summary>The open window; null before the first. Without a head it is no more than its sender's claim.</summary>
    public VerifiedWindow? Current { get; private set; }

    /// <summary>The head that failed last, for an incident report; null when none did.</summary>
    public Head? RefusedHead { get; private set; }

    /// <summary>The signature that came with <see cref="RefusedHead"/>.</summary>
    public Signature RefusedSignature { get; private set; }

    /// <summary>
    /// Takes an init segment for the windows opened after it. It is trusted only once a head has signed its hash. The memory is kept, not copied. Everything that
    /// follows the init segment of an old run is <see cref="Verdict.Late"/>.
    /// </summary>
    public Verdict AcceptInit(ulong run, ReadOnlyMemory<byte> init)
    {
        if (init.Length is 0 or > WindowLimits.InitBytes)
        {
            return Verdict.Malformed;
        }

        _isLateRun = _verified.Newest is { } newest && run < newest.Run;
        if (_isLateRun)
        {
            return Verdict.Late;
        }

        _run = run;
        _init = init;
        _initHash = TreeHash.Init(init.Span);
        return Verdict.Accepted;
    }

    /// <summary>
    /// Opens a window of the run of the newest init segment. Opening the current one again (after a change of sender) keeps what has verified and returns
    /// <see cref="Verdict.Duplicate"/>. <paramref name="prev"/> must be the last head's digest where that head was seen.
    /// </summary>
    public Verdict OpenWindow(uint window, Hash32 prev)
    {
        if (IsLateRun())
        {
            return Verdict.Late;
        }

        if (_init.IsEmpty || window == 0)
        {
            return Verdict.Malformed;
        }

        Restore();
        if (_verified.Newest is { } trusted && trusted.Run == _run)
        {
            if (window < trusted.Number)
            {
                return Verdict.Late;
            }

            if (window == trusted.Number)
            {
                return prev == trusted.Prev && _initHash == trusted.InitHash ? Verdict.Duplicate : Verdict.Corrupt;
            }

            // Windows may skip, so prev can name a last head that was never seen here; then the next head's signature decides.
            if (trusted is { IsClosed: true, Head: { } last } && window == trusted.Number + 1 && prev != last.Digest)
            {
                return Verdict.Corrupt;
            }
        }

        Current = new VerifiedWindow(window, prev, _run, _init, _initHash);
        ResetPending();
        return Verdict.Accepted;
    }

    /// <summary>Takes a part node that a later head will have to cover.</summary>
    public Verdict AcceptNode(uint window, ushort part, ulong time, PartFlags flags, uint byteLength, ReadOnlySpan<Hash32> leaves)
    {
        if (byteLength is 0 or > WindowLimits.PartBytes || leaves.Length != WindowLimits.LeafCount((int)byteLength)
            || part >= WindowLimits.PartsPerWindow || (flags & ~PartFlags.StartsWithIdr) != 0 || (part == 0 && flags != PartFlags.StartsWithIdr))
        {
            return Verdict.Malformed;
        }

        if (Order(window) is var order and not Verdict.Accepted)
        {
            return order;
        }

        var current = Current!;
        var verified = current.Verified.Count;
        if (part > verified + _pending.Count)
        {
            return Verdict.Malformed;
        }

        var node = new PartNode(part, byteLength, time, flags, Frontier.RootOf(leaves));
        if (part < verified)
        {
            return current.Verified[part].Node == node ? Verdict.Duplicate : Verdict.Corrupt;
        }

        if (part < verified + _pending.Count)
        {
            return _pending[part - verified].Node == node ? Verdict.Duplicate : Verdict.Malformed;
        }

        if (current.IsClosed || _proposedBytes + byteLength > WindowLimits.WindowBytes)
        {
            return Verdict.Malformed;
        }

        Propose(new PendingPart(node, leaves.ToArray()));
        return Verdict.Accepted;
    }

    /// <summary>Takes a head over the first <paramref name="count"/> parts of the open window.</summary>
    public Verdict AcceptHead(uint window, ushort count, ulong time, HeadFlags flags, Signature signature)
    {
        if (Order(window) is var order and not Verdict.Accepted)
        {
            return order;
        }

        var current = Current!;
        var verified = current.Verified.Count;
        var known = verified + _pending.Count;
        if (count == 0 || count > known)
        {
            return Verdict.Malformed;
        }

        var closes = (flags & HeadFlags.Last) != 0 && !current.IsClosed;
        if (count < known || (count == verified && !closes))
        {
            return count <= verified ? Verdict.Duplicate : Verdict.Malformed;
        }

        var head = new Head(
            _track, current.Run, window, count, _proposed.Root(), _proposedBytes, _proposedLeaves, current.Prev, current.InitHash, time, flags);
        var digest = head.Digest(_domain);
        if (!Secp256k1.TryRecover(digest, signature, out var signer) || !_keys.IsSigningKey(_track.Stream, signer, time))
        {
            RefusedHead = head;
            RefusedSignature = signature;
            Restore();
            _init = default;
            return Verdict.Corrupt;
        }

        current.Advance(new SignedHead(head, digest, signature, signer), _pending, _proposed);
        _pending.Clear();
        _base = current.Verified.Count;
        _verified.Newest = current;
        return Verdict.Accepted;
    }

    /// <summary>Takes the bytes of a leaf. They are copied once, into the part, when they are the signed ones.</summary>
    public Verdict AcceptLeaf(uint window, ushort part, byte leaf, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > WindowLimits.LeafBytes)
        {
            return Verdict.Malformed;
        }

        if (Order(window) is var order and not Verdict.Accepted)
        {
            return order;
        }

        var parts = Current!.Verified;
        if (part >= parts.Count || leaf >= parts[part].Leaves.Length)
        {
            return Verdict.Malformed;
        }

        var target = parts[part];
        if (target.Has(leaf))
        {
            return Verdict.Duplicate;
        }

        if (bytes.Length != WindowLimits.LeafLength(target.Bytes.Length, leaf)
            || TreeHash.Leaf(_track, Current.Run, window, part, (uint)leaf * WindowLimits.LeafBytes, bytes) != target.Leaves[leaf])
        {
            return Verdict.Corrupt;
        }

        target.Store(leaf, bytes);
        return Verdict.Accepted;
    }

    private Verdict Order(uint window)
    {
        if (IsLateRun())
        {
            return Verdict.Late;
        }

        if (Current is null)
        {
            Restore();
        }

        return Current is null ? Verdict.Malformed
            : !Follow() ? Verdict.Corrupt
            : window > Current.Number ? Verdict.Malformed
            : window < Current.Number ? Verdict.Late
            : Verdict.Accepted;
    }

    private bool IsLateRun() => _isLateRun |= !_init.IsEmpty && _verified.Newest is { } newest && _run < newest.Run;

    // Another sender may have brought the open window further, or a newer one: what this one claims has to agree with it. False when it does not.
    private bool Follow()
    {
        var current = Current!;
        if (_verified.Newest is not { } newest || newest.Run != current.Run || newest.Number < current.Number)
        {
            return true;
        }

        if (newest == current && newest.Verified.Count == _base)
        {
            return true;
        }

        var claims = newest.Number == current.Number ? _pending.ToArray() : [];
        var agrees = newest.Number != current.Number || (newest.Prev == current.Prev && newest.InitHash == current.InitHash);
        Restore();
        foreach (var claim in claims)
        {
            if (claim.Node.Index < newest.Verified.Count)
            {
                agrees &= newest.Verified[claim.Node.Index].Node == claim.Node;
            }
            else if (agrees && !newest.IsClosed)
            {
                Propose(claim);
            }
        }

        return agrees;
    }

    private void Propose(in PendingPart part)
    {
        _pending.Add(part);
        _proposed.Append(TreeHash.Part(part.Node));
        _proposedBytes += part.Node.ByteLength;
        _proposedLeaves += (uint)part.Leaves.Length;
    }

    // Drops what no head has signed: an invented run, window or part must not outlive its sender.
    private void Restore()
    {
        Current = _verified.Newest;
        ResetPending();
    }

    private void ResetPending()
    {
        _pending.Clear();
        _base = Current?.Verified.Count ?? 0;
        _proposed.CopyFrom(Current?.Nodes ?? default);
        _proposedBytes = Current?.Head?.Head.ByteLength ?? 0;
        _proposedLeaves = Current?.Head?.Head.LeafCount ?? 0;
    }
}

/// <summary>A part node that awaits its head.</summary>
internal readonly record struct PendingPart(PartNode Node, Hash32[] Leaves);
