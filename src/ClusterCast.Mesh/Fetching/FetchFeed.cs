using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Fetching;

/// <summary>The answer to one Fetch: a cached window, as far as it had come when it was asked for. It gives way to live media.</summary>
internal sealed class FetchFeed : IMediaSource
{
    // About one leaf: what live media waits for at most.
    private const int BytesAtOnce = 16 * 1024;

    private readonly TrackCache _cache;
    private readonly CachedWindow _window;
    private readonly SharedSession _session;
    private readonly IServingFault? _fault;
    private readonly MeshMetrics _metrics;
    private readonly SignedHead _head;
    private readonly int _known;
    private readonly int _end;
    private bool _opened;
    private int _nodes;
    private bool _headed;
    private int _part;
    private int _leaf;
    private volatile bool _stopped;

    /// <summary>An answer. The window has a head.</summary>
    public FetchFeed(in Fetch request, TrackCache cache, CachedWindow window, SharedSession session, MeshOptions options, MeshMetrics metrics)
    {
        _cache = cache;
        _window = window;
        _session = session;
        _fault = options.Fault;
        _metrics = metrics;
        Channel = request.Channel;
        StartedAt = options.Time.GetTimestamp();
        lock (cache.Gate)
        {
            _head = window.Head!;
            _known = _head.Head.Count;
        }

        _part = request.Part;
        _end = request.Parts == 0 ? _known : Math.Min(_known, request.Part + request.Parts);
    }

    /// <summary>The channel of the answer.</summary>
    public byte Channel { get; }

    /// <summary>When it was asked for, as a timestamp.</summary>
    public long StartedAt { get; }

    /// <summary>Whether all of it was sent.</summary>
    public bool IsEnded { get; private set; }

    /// <inheritdoc/>
    public bool IsBackground => true;

    /// <summary>Sends nothing any more.</summary>
    public void Stop() => _stopped = true;

    /// <inheritdoc/>
    public void WriteTo(FrameBatch batch)
    {
        var start = batch.Length;
        while (!_stopped && !IsEnded && !batch.IsFull && batch.Length - start < BytesAtOnce)
        {
            if (!_opened)
            {
                _opened = true;
                batch.Add(new InitMessage(Channel, _window.Run, _cache.Track.Track, _window.Init.Span));
                batch.Add(new WindowMessage(Channel, _window.Number, _window.Prev));
            }
            else if (_nodes < _known)
            {
                WriteNode(batch);
            }
            else if (!_headed)
            {
                _headed = true;
                batch.Add(new HeadMessage(Channel, _window.Number, _head.Head.Count, _head.Head.Time, _head.Head.Flags, _head.Signature));
            }
            else if (!WriteLeaf(batch))
            {
                return;
            }
        }
    }

    // Nodes and leaves that are there stay as they are; only the list of them and the marks of presence grow, under the gate.
    private CachedPart Part(int index)
    {
        lock (_cache.Gate)
        {
            return _window.Parts[index];
        }
    }

    private void WriteNode(FrameBatch batch)
    {
        var part = Part(_nodes++);
        var leaves = part.LeafHashes as Hash32[] ?? [.. part.LeafHashes];
        batch.Add(new NodeMessage(Channel, _window.Number, part.Node.Index, part.Node.Time, part.Node.Flags, part.Node.ByteLength, leaves));
    }

    private bool WriteLeaf(FrameBatch batch)
    {
        if (_part >= _end)
        {
            batch.Add(new Ended(Channel, _window.Run));
            _metrics.Fetching.Served.Add();
            IsEnded = true;
            return false;
        }

        var part = Part(_part);
        bool isThere;
        lock (_cache.Gate)
        {
            isThere = part.Has(_leaf);
        }

        if (isThere && !Write(part, batch))
        {
            return false;
        }

        if (++_leaf == part.LeafHashes.Count)
        {
            _leaf = 0;
            _part++;
        }

        return true;
    }

    private bool Write(CachedPart part, FrameBatch batch)
    {
        var bytes = part.Leaf(_leaf);
        if (!_session.TrySpend(bytes.Length))
        {
            return false;
        }

        var start = batch.Length;
        var copy = batch.AddLeaf(Channel, _window.Number, part.Node.Index, (byte)_leaf, bytes);
        if (_fault is not null && !_fault.OnLeaf(_cache.Track, _window.Number, part.Node.Index, _leaf, copy))
        {
            batch.TakeBack(batch.Length - start);
            _stopped = true;
            return false;
        }

        _metrics.LeafSent(bytes.Length);
        return true;
    }
}
