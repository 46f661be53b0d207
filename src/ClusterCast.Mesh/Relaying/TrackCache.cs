using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>
/// The verified windows of one track, newest last, bounded by age and bytes. Subscribers read it at their own pace (<see cref="TrackFeed"/>); each change wakes
/// them. Thread-safe: one gate, held briefly and never while anything else is called.
/// </summary>
internal sealed class TrackCache(TrackKey track, TimeProvider time, TimeSpan keepFor, long keepBytes)
{
    // Nearly all subscribers are here; who reads further behind is sent copies.
    private const int SharedWindows = 2;

    private readonly List<CachedWindow> _windows = [];
    private TrackFeed[] _feeds = [];

    /// <summary>The track.</summary>
    public TrackKey Track { get; } = track;

    /// <summary>Guards the windows and their parts.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Whether the run of the newest window is over.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The way from the broadcaster to this node, both included; null while the track cannot be announced.</summary>
    public Address[]? Path { get; set; }

    /// <summary>The newest window; null before the first.</summary>
    public CachedWindow? Newest
    {
        get
        {
            lock (Gate)
            {
                return _windows.Count > 0 ? _windows[^1] : null;
            }
        }
    }

    /// <summary>Oldest and newest window of the newest run; zeros when empty.</summary>
    public (uint Oldest, uint Newest) Range
    {
        get
        {
            lock (Gate)
            {
                return _windows.Count == 0 ? default : (_windows.Find(w => w.Run == _windows[^1].Run)!.Number, _windows[^1].Number);
            }
        }
    }

    /// <summary>Bits per second of the track, by the newest window that has a successor; 0 before there is one.</summary>
    public long BitsPerSecond
    {
        get
        {
            lock (Gate)
            {
                if (_windows.Count < 2 || _windows[^2] is not { BeganAt: { } from } whole || _windows[^1].BeganAt is not { } to || to <= from)
                {
                    return 0;
                }

                return 8_000 * whole.ByteLength / (long)(to - from);
            }
        }
    }

    /// <summary>What this node can give in full, for its peers; null when it is empty.</summary>
    public Have? Held
    {
        get
        {
            lock (Gate)
            {
                if (_windows.Count == 0)
                {
                    return null;
                }

                var newest = _windows[^1];
                var held = 0UL;
                for (var i = _windows.Count - 1; i >= 0 && _windows[i].Run == newest.Run && newest.Number - _windows[i].Number < Have.Windows; i--)
                {
                    held |= _windows[i].IsHeld ? 1UL << (int)(newest.Number - _windows[i].Number) : 0;
                }

                return new Have(Track.Stream, Track.Track, newest.Run, newest.Number, held);
            }
        }
    }

    /// <summary>Subscribers that read this cache.</summary>
    public int Subscribers => _feeds.Length;

    /// <summary>Adds the parts of a window that a new head covers. Their leaves are absent.</summary>
    public void Advance(ulong run, uint number, Hash32 prev, ReadOnlyMemory<byte> init, IEnumerable<VerifiedPart> parts, SignedHead head) =>
        Advance(run, number, prev, init, parts.Select(p => (p.Node, p.LeafHashes, p.Bytes)), head, complete: false);

    /// <summary>Adds a part with all its leaves.</summary>
    public void AddComplete(ulong run, uint number, Hash32 prev, ReadOnlyMemory<byte> init, SignedPart part, byte[] bytes) =>
        Advance(run, number, prev, init, [(part.Node, part.Leaves, bytes)], part.Head, complete: true);

    /// <summary>Closes the newest window with a head over no further part.</summary>
    public void Close(SignedHead head)
    {
        lock (Gate)
        {
            if (Find(head.Head.Run, head.Head.Window) is not { } window)
            {
                return;
            }

            window.Advance([], head);
        }

        Wake();
    }

    /// <summary>A leaf of a cached part has verified.</summary>
    public void AddLeaf(ulong run, uint number, VerifiedPart part, int leaf)
    {
        lock (Gate)
        {
            if (Find(run, number) is not { } window || part.Node.Index >= window.Parts.Count)
            {
                return;
            }

            window.Parts[part.Node.Index].Take(part, leaf, time.GetTimestamp());
        }

        Wake();
    }

    /// <summary>The run is over.</summary>
    public void End()
    {
        lock (Gate)
        {
            IsEnded = true;
        }

        Wake();
    }

    /// <summary>A window, or null. Call under the gate.</summary>
    public CachedWindow? Find(ulong run, uint number)
    {
        for (var i = _windows.Count - 1; i >= 0; i--)
        {
            if (_windows[i].Run == run && _windows[i].Number == number)
            {
                return _windows[i];
            }
        }

        return null;
    }

    /// <summary>The window after another, or null. Call under the gate.</summary>
    public CachedWindow? After(CachedWindow window)
    {
        var index = _windows.LastIndexOf(window);
        return index >= 0 && index + 1 < _windows.Count ? _windows[index + 1]
            : index < 0 && _windows.Count > 0 ? _windows[^1]
            : null;
    }

    /// <summary>Wakes this subscriber from now on.</summary>
    public void Add(TrackFeed feed)
    {
        lock (Gate)
        {
            _feeds = [.. _feeds, feed];
        }
    }

    /// <summary>Wakes this subscriber no longer.</summary>
    public void Remove(TrackFeed feed)
    {
        lock (Gate)
        {
            _feeds = [.. _feeds.Where(f => f != feed)];
        }
    }

    private void Advance(
        ulong run, uint number, Hash32 prev, ReadOnlyMemory<byte> init, IEnumerable<(PartNode Node, IReadOnlyList<Hash32> Leaves, byte[] Bytes)> parts, SignedHead head, bool complete)
    {
        var now = time.GetTimestamp();
        lock (Gate)
        {
            var window = Find(run, number);
            if (window is null)
            {
                // A repaired window comes after its successor.
                window = new CachedWindow(run, number, prev, init);
                var at = _windows.FindLastIndex(w => w.Run < run || (w.Run == run && w.Number < number)) + 1;
                IsEnded &= at < _windows.Count;
                _windows.Insert(at, window);
                if (_windows.Count > SharedWindows)
                {
                    _windows[^(SharedWindows + 1)].Unshare();
                }
            }

            var held = window.Parts.Count;
            window.Advance(
                parts.Where(p => p.Node.Index >= held).Select(p =>
                {
                    var own = head.Head.Count == p.Node.Index + 1 && head.Head.Time == p.Node.Time ? head : null;
                    var part = new CachedPart(p.Node, p.Leaves, p.Bytes, own, now);
                    if (complete)
                    {
                        part.MarkAll(now);
                    }

                    return part;
                }),
                head);
            Evict();
        }

        Wake();
    }

    private void Evict()
    {
        var bytes = _windows.Sum(w => w.ByteLength);
        while (_windows.Count > 1 && (bytes > keepBytes || time.GetElapsedTime(_windows[0].NewestAt) > keepFor))
        {
            bytes -= _windows[0].ByteLength;
            _windows[0].Unshare();
            _windows.RemoveAt(0);
        }
    }

    /// <summary>Wakes all subscribers at once.</summary>
    internal void WakeNow()
    {
        foreach (var feed in Volatile.Read(ref _feeds))
        {
            feed.Signal();
        }
    }

    private void Wake()
    {
        if (!Wakes.Defer(this))
        {
            WakeNow();
        }
    }
}
