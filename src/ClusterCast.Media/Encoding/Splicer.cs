using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Encoding;

/// <summary>Joins encodings of one source, which share their times and the grid of their key frames: what it publishes goes over from one to another at an IDR frame,
/// with no picture left out and none given twice, whichever of the two is ahead. Not thread-safe.</summary>
/// <param name="publish">Gets what comes out; it does not dispose of it.</param>
public sealed class Splicer(Action<MediaItem> publish) : IDisposable
{
    /// <summary>Items that wait at most for the other encoding to come to the same place. When it does not, what waits is published, and a later IDR frame is tried;
    /// when the current one gives nothing, the other one takes over.</summary>
    public const int MostHeld = 400;

    private readonly Strand _current = new();
    private readonly Strand _next = new();
    private uint? _lastPicture;
    private uint? _lastSound;

    /// <summary>The encoding that is published; null before the first.</summary>
    public object? Current => _current.Source;

    /// <summary>The encoding that is to be published from an IDR frame on; null when none is.</summary>
    public object? Next => _next.Source;

    /// <summary>Goes over to another encoding, the first one at once.</summary>
    public void Switch(object source)
    {
        _next.Reset(null);
        _current.Flush(Publish);
        if (_current.Source is null) _current.Reset(source);
        else if (_current.Source != source) _next.Reset(source);
    }

    /// <summary>Takes an item of an encoding; the caller still disposes of it. Items of encodings that nobody asked for are passed over.</summary>
    public void Take(object source, MediaItem item)
    {
        if (source == _current.Source) TakeCurrent(item);
        else if (source == _next.Source) TakeNext(item);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current.Reset(null);
        _next.Reset(null);
    }

    private void TakeCurrent(MediaItem item)
    {
        _current.Remember(item);
        var picture = item is MediaSample { Kind: MediaKind.Video } sample ? sample : null;
        if (_next.Source is null) Publish(item);
        else if (picture is not null && _next.Begins is { } begins && !IsBefore(picture, begins)) GoOver();
        // From an IDR frame on the other one, when it is behind, may take over: it is waited for.
        else if (_current.Begins is not null || picture is { IsIdr: true } && _next.Begins is null)
        {
            _current.Hold(item);
            if (_current.Count > MostHeld) _current.Flush(Publish);
        }
        else Publish(item);
    }

    private void TakeNext(MediaItem item)
    {
        _next.Remember(item);
        if (item is MediaSample { Kind: MediaKind.Video, IsIdr: true } picture && _next.Begins is null)
        {
            var isReached = _current.NewestPicture is { } newest && unchecked((int)(newest - picture.DtsMs)) >= 0;
            _current.FlushUntil(picture.DtsMs, Publish);
            if (isReached || _lastPicture is not { } last || unchecked((int)(picture.DtsMs - last)) > 0) _next.Hold(item);
            if (isReached) GoOver();
        }
        else if (_next.Begins is not null)
        {
            _next.Hold(item);
            if (_next.Count > MostHeld) GoOver(); // the current one gives nothing any more
        }
    }

    private void GoOver()
    {
        _current.Reset(_next.Source);
        _current.Adopt(_next);
        if (_current.Video is { } video) publish(video);
        if (_current.Audio is { } audio) publish(audio);
        _current.Flush(Publish);
        _next.Reset(null);
    }

    private void Publish(MediaItem item)
    {
        if (item is not MediaSample sample)
        {
            publish(item);
            return;
        }
        ref var last = ref sample.Kind == MediaKind.Video ? ref _lastPicture : ref _lastSound;
        if (last is { } before && unchecked((int)(sample.DtsMs - before)) <= 0 && unchecked((int)(before - sample.DtsMs)) < 10_000) return; // given already
        last = sample.DtsMs;
        publish(sample);
    }

    private static bool IsBefore(MediaSample sample, uint time) => unchecked((int)(sample.DtsMs - time)) < 0;

    /// <summary>One encoding: its newest configurations, and copies of what waits from an IDR frame on.</summary>
    private sealed class Strand
    {
        private readonly Queue<MediaItem> _held = [];

        public object? Source { get; private set; }

        public AvcConfig? Video { get; private set; }

        public AacConfig? Audio { get; private set; }

        /// <summary>Time of the IDR frame that the held items begin with.</summary>
        public uint? Begins { get; private set; }

        /// <summary>Time of the newest held picture.</summary>
        public uint? NewestPicture { get; private set; }

        public int Count => _held.Count;

        public void Reset(object? source)
        {
            Drop();
            (Source, Video, Audio) = (source, null, null);
        }

        public void Adopt(Strand other)
        {
            (Video, Audio) = (other.Video, other.Audio);
            while (other._held.TryDequeue(out var item)) _held.Enqueue(item);
        }

        public void Remember(MediaItem item)
        {
            Video = item as AvcConfig ?? Video;
            Audio = item as AacConfig ?? Audio;
        }

        public void Hold(MediaItem item)
        {
            if (item is MediaSample { Kind: MediaKind.Video } picture)
            {
                Begins ??= picture.DtsMs;
                NewestPicture = picture.DtsMs;
            }
            _held.Enqueue(item is MediaSample sample
                ? new MediaSample(sample.Kind, PooledBytes.Copy(sample.Data.Span), 0, sample.DtsMs, sample.CompositionMs, sample.IsIdr, sample.ArrivalMs)
                : item);
        }

        public void Flush(Action<MediaItem> to)
        {
            while (_held.TryDequeue(out var item))
            {
                to(item);
                item.Dispose();
            }
            (Begins, NewestPicture) = (null, null);
        }

        public void FlushUntil(uint time, Action<MediaItem> to)
        {
            while (_held.TryPeek(out var item) && (item is not MediaSample sample || IsBefore(sample, time)))
            {
                to(_held.Dequeue());
                item.Dispose();
            }
            Drop();
        }

        public void Drop()
        {
            while (_held.TryDequeue(out var item)) item.Dispose();
            (Begins, NewestPicture) = (null, null);
        }
    }
}
