namespace ClusterCast.Media.Egress.Feed;

/// <summary>What waits for one destination, bounded by bytes and by age. When it is over, everything up to the newest IDR frame that waits is dropped;
/// if none waits, everything, and then nothing is taken before the next IDR frame. Closed, it takes nothing.</summary>
internal sealed class TagQueue(int maxBytes, TimeSpan maxAge, TimeProvider time, Action wake)
{
    private readonly Lock _lock = new();
    private readonly Queue<SharedTag> _tags = new();
    private bool _open;
    private bool _sealed;
    private bool _awaitsIdr;
    private bool _begun;
    private long _bytes;
    private long _dropped;
    private long _missed;

    public long Bytes { get { lock (_lock) return _bytes; } }

    /// <summary>Pictures dropped because the queue was full.</summary>
    public long Dropped { get { lock (_lock) return _dropped; } }

    /// <summary>Pictures that passed while the queue was closed or waited for its first IDR frame.</summary>
    public long Missed { get { lock (_lock) return _missed; } }

    /// <summary>Age of the oldest tag.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_lock) return _tags.TryPeek(out var oldest) ? time.GetElapsedTime(oldest.PublishedAt) : TimeSpan.Zero;
        }
    }

    /// <summary>Sealed, and all that waited is taken.</summary>
    public bool IsDone
    {
        get
        {
            lock (_lock) return _sealed && _tags.Count == 0;
        }
    }

    /// <summary>Takes tags from now on, from the next IDR frame.</summary>
    public void Open()
    {
        lock (_lock) (_open, _awaitsIdr, _begun, _sealed) = (true, true, false, false);
    }

    /// <summary>Takes no more, and keeps what waits until it is taken.</summary>
    public void Seal()
    {
        lock (_lock) (_open, _sealed) = (false, true);
        wake();
    }

    /// <summary>Takes no more and lets go of what waits.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _open = false;
            while (_tags.Count > 0) Discard(ref _missed);
        }
    }

    /// <summary>Holds the tag if there is room for it. Never waits. True when pictures were dropped to make room.</summary>
    public bool Offer(SharedTag tag)
    {
        var full = false;
        lock (_lock)
        {
            if (_open && _awaitsIdr && tag.IsIdr) (_awaitsIdr, _begun) = (false, true);
            if (!_open || _awaitsIdr)
            {
                if (tag.IsVideo && _begun && _open) _dropped++;
                else if (tag.IsVideo) _missed++;
                return false;
            }
            tag.Hold();
            _tags.Enqueue(tag);
            _bytes += tag.Length;
            if (_bytes > maxBytes || time.GetElapsedTime(_tags.Peek().PublishedAt) > maxAge) full = Shrink();
        }
        wake();
        return full;
    }

    /// <summary>Gives the oldest tag, which the caller then holds.</summary>
    public bool TryTake(out SharedTag? tag)
    {
        lock (_lock)
        {
            if (!_tags.TryDequeue(out tag)) return false;
            _bytes -= tag.Length;
            return true;
        }
    }

    private bool Shrink()
    {
        var keep = 0;
        var at = 0;
        foreach (var tag in _tags)
        {
            if (tag.IsIdr) keep = at;
            at++;
        }
        var before = _dropped;
        // A single IDR frame at the head that is over a bound by itself goes too, or the queue would never shrink.
        if (keep == 0) (keep, _awaitsIdr) = (_tags.Count, true);
        for (; keep > 0; keep--) Discard(ref _dropped);
        return _dropped > before;
    }

    private void Discard(ref long counter)
    {
        var tag = _tags.Dequeue();
        _bytes -= tag.Length;
        if (tag.IsVideo) counter++;
        tag.Release();
    }
}
