using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>
/// One subscriber's place in the cache: what it has been sent of which window. Holds no media, so a slow subscriber costs nothing and slows nobody. What waited
/// longer than the latency bound is passed over: media goes on with the newest window.
/// </summary>
internal sealed class TrackFeed : IMediaSource
{
    private readonly TrackCache _cache;
    private readonly PeerConnection _peer;
    private readonly SharedSession _session;
    private readonly IServingFault? _fault;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxLatency;
    private readonly MeshMetrics _metrics;
    private CachedWindow? _window;
    private CachedWindow? _leftWindow;
    private (ulong Run, uint Number) _waitFor;
    private ReadOnlyMemory<byte> _sentInit;
    private ulong _sentRun;
    private bool _initDue = true;
    private int _resumeParts;
    private long _since;
    private bool _opened;
    private int _nodes;
    private int _headed;
    private int _part;
    private int _leaf;
    private bool _lastSent;
    private ulong _served;
    private volatile bool _stopped;

    /// <summary>A feed that begins at <paramref name="start"/>, after its first <paramref name="parts"/> parts; null waits for window <paramref name="waitFor"/>.</summary>
    public TrackFeed(
        TrackCache cache, PeerConnection peer, byte channel, SharedSession session, CachedWindow? start, int parts, (ulong Run, uint Number) waitFor, MeshOptions options, MeshMetrics metrics)
    {
        _cache = cache;
        _peer = peer;
        _session = session;
        _fault = options.Fault;
        _time = options.Time;
        _maxLatency = options.MaxLatency;
        _metrics = metrics;
        _waitFor = waitFor;
        _resumeParts = parts;
        Channel = channel;
        StartedAt = _since = _time.GetTimestamp();
        if (start is not null)
        {
            _waitFor = (start.Run, start.Number);
            Enter(start);
        }
    }

    private enum Step
    {
        None,
        Init,
        Window,
        Nodes,
        Leaf,
        Head,
        Next,
        Ended,
    }

    /// <summary>The subscription's channel.</summary>
    public byte Channel { get; }

    /// <summary>The track.</summary>
    public TrackKey Track => _cache.Track;

    /// <summary>When the subscription began, as a timestamp.</summary>
    public long StartedAt { get; }

    /// <summary>Leaf bytes sent.</summary>
    public long LeafBytes { get; private set; }

    /// <summary>Whether Ended was sent.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether a leaf waits for payment, and none was sent yet.</summary>
    public bool IsUnpaid { get; private set; }

    /// <summary>Wakes the send loop.</summary>
    public void Signal() => _peer.Signal();

    /// <summary>Sends nothing any more.</summary>
    public void Stop() => _stopped = true;

    /// <inheritdoc/>
    public void WriteTo(FrameBatch batch)
    {
        while (!_stopped && !batch.IsFull && !IsEnded)
        {
            Step step;
            CachedWindow? next;
            int known;
            SignedHead? head;
            lock (_cache.Gate)
            {
                step = Plan(out next);
                known = _window?.Parts.Count ?? 0;
                head = _window?.Head;
            }

            if (!Write(step, next, known, head, batch))
            {
                return;
            }
        }
    }

    // Decides under the gate; what it finds stays true after it, because windows only grow.
    private Step Plan(out CachedWindow? next)
    {
        next = null;
        if (_window is null)
        {
            next = _cache.Newest;
            if (next is not null && next != _leftWindow && (next.Run > _waitFor.Run || (next.Run == _waitFor.Run && next.Number >= _waitFor.Number)))
            {
                // All windows since the awaited one, when there are some.
                next = _cache.Find(_waitFor.Run, _waitFor.Number) ?? next;
                return Step.Next;
            }

            return _cache.IsEnded ? Step.Ended : Step.None;
        }

        var newest = _cache.Newest!;
        if (_part < _window.Parts.Count && IsLate(_window.Parts[_part]))
        {
            next = newest;
            return Step.Next;
        }

        if (_initDue)
        {
            return Step.Init;
        }

        if (!_opened)
        {
            return Step.Window;
        }

        if (_part < _headed)
        {
            if (_window.Parts[_part].Has(_leaf))
            {
                return Step.Leaf;
            }
        }
        else if (_nodes < _window.Parts.Count)
        {
            return Step.Nodes;
        }
        else if (_window.Head!.Head.IsLast && !_lastSent)
        {
            return Step.Head;
        }

        // A window that has a successor grows no more: a leaf that is missing stays missing.
        next = _cache.After(_window);
        return next is not null ? Step.Next
            : _cache.IsEnded ? Step.Ended
            : Step.None;
    }

    private bool IsLate(CachedPart part) => _time.GetElapsedTime(Math.Max(part.NodeAt, _since)) > _maxLatency;

    private bool Write(Step step, CachedWindow? next, int known, SignedHead? head, FrameBatch batch)
    {
        switch (step)
        {
            case Step.Init:
                batch.Add(new InitMessage(Channel, _window!.Run, Track.Track, _window.Init.Span));
                _sentInit = _window.Init;
                _sentRun = _window.Run;
                _initDue = false;
                return true;
            case Step.Window:
                batch.Add(new WindowMessage(Channel, _window!.Number, _window.Prev));
                _opened = true;
                return true;
            case Step.Nodes:
                WriteNode(known, head!, batch);
                return true;
            case Step.Leaf:
                var written = WriteLeaf(batch);
                ReportServed(known, head!);
                return written;
            case Step.Head:
                WriteHead(head!, batch);
                ReportServed(known, head!);
                return true;
            case Step.Next:
                Advance(next!);
                return true;
            case Step.Ended:
                batch.Add(new Ended(Channel, _window?.Run ?? _waitFor.Run));
                IsEnded = true;
                return false;
            default:
                return false;
        }
    }

    // One node at a time, so that a batch cannot overflow; the newest one goes with its head.
    private void WriteNode(int known, SignedHead head, FrameBatch batch)
    {
        var part = _window!.Parts[_nodes];
        var node = part.Node;
        var leaves = part.LeafHashes as Hash32[] ?? [.. part.LeafHashes];
        // Leaves follow only once a head covers their part: the window may grow between two nodes of a burst.
        var isNewest = ++_nodes == known;
        _headed = isNewest ? _nodes : _headed;
        if (isNewest && part.Head is { Head: var own } signed)
        {
            batch.Add(new PartMessage(Channel, _window.Number, node.Index, node.Time, node.Flags, node.ByteLength, own.Flags, signed.Signature, leaves));
            _lastSent = own.IsLast;
            return;
        }

        batch.Add(new NodeMessage(Channel, _window.Number, node.Index, node.Time, node.Flags, node.ByteLength, leaves));
        if (isNewest)
        {
            WriteHead(head, batch);
        }
    }

    private void WriteHead(SignedHead head, FrameBatch batch)
    {
        batch.Add(new HeadMessage(Channel, _window!.Number, head.Head.Count, head.Head.Time, head.Head.Flags, head.Signature));
        _lastSent = head.Head.IsLast;
    }

    private bool WriteLeaf(FrameBatch batch)
    {
        var part = _window!.Parts[_part];
        var bytes = part.Leaf(_leaf);
        if (!_session.TrySpend(bytes.Length))
        {
            IsUnpaid |= LeafBytes == 0;
            return false;
        }

        if (_fault is not null || !batch.TakesShared || !batch.TryAddShared(part.LeafFrame(Channel, _window.Number, _leaf)))
        {
            var start = batch.Length;
            var copy = batch.AddLeaf(Channel, _window.Number, part.Node.Index, (byte)_leaf, bytes);
            if (_fault is not null && !_fault.OnLeaf(Track, _window.Number, part.Node.Index, _leaf, copy))
            {
                batch.TakeBack(batch.Length - start);
                _stopped = true;
                return false;
            }
        }

        IsUnpaid = false;
        LeafBytes += bytes.Length;
        _served += (ulong)bytes.Length;
        _metrics.LeafSent(bytes.Length, _time.GetElapsedTime(Math.Max(part.ArrivedAt(_leaf), _since)));
        if (++_leaf == part.LeafHashes.Count)
        {
            _leaf = 0;
            _part++;
        }

        return true;
    }

    private void ReportServed(int known, SignedHead head)
    {
        if (_lastSent && _part == known)
        {
            _session.OnWindowServed(head, _served, _served == head.Head.ByteLength);
        }
    }

    private void Advance(CachedWindow next)
    {
        if (_window is { } done)
        {
            if (next == done)
            {
                // Late within the newest window: wait for the next one.
                _metrics.WindowSkipped();
                _leftWindow = done;
                _waitFor = (done.Run, done.Number + 1);
                _resumeParts = 0;
                _window = null;
                return;
            }

            if (!_lastSent || _part < _nodes)
            {
                _metrics.WindowSkipped();
            }
        }

        Enter(next);
    }

    private void Enter(CachedWindow window)
    {
        _initDue = window.Run != _sentRun || !window.Init.Span.SequenceEqual(_sentInit.Span);
        _window = window;
        _since = _time.GetTimestamp();
        _opened = false;
        _nodes = 0;
        _headed = 0;
        _part = (window.Run, window.Number) == _waitFor ? _resumeParts : 0;
        _leaf = 0;
        _lastSent = false;
        _served = 0;
    }
}
