using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Encoding;

/// <summary>Holds sound back until the pictures before it have come out of the encoder, so that times only rise. Sound never waits for more than
/// <see cref="LongestMs"/> of newer sound: when the encoder gives nothing, sound goes on.</summary>
internal sealed class SoundHold(Action<MediaItem> output) : IDisposable
{
    /// <summary>Longest time in ms between the newest sound and the oldest that is held.</summary>
    public const int LongestMs = 1000;

    private readonly Queue<MediaItem> _held = [];
    private readonly Lock _gate = new();
    private uint _newest;
    private bool _closed;

    /// <summary>A configuration of the sound that follows.</summary>
    public void Announce(AacConfig config)
    {
        lock (_gate) _held.Enqueue(config);
    }

    /// <summary>Takes over a frame of sound.</summary>
    public void Hold(MediaSample sound)
    {
        lock (_gate)
        {
            _held.Enqueue(sound);
            _newest = sound.DtsMs;
            Release(unchecked(_newest - LongestMs));
        }
    }

    /// <summary>Takes over what the encoder gives, and gives it out with the sound before it.</summary>
    public void Picture(MediaItem item)
    {
        lock (_gate)
        {
            if (item is MediaSample picture) Release(picture.DtsMs);
            Give(item);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            while (_held.TryDequeue(out var item)) item.Dispose();
        }
    }

    private void Release(uint until)
    {
        while (_held.TryPeek(out var item) && (item is not MediaSample sound || unchecked((int)(until - sound.DtsMs)) >= 0)) Give(_held.Dequeue());
    }

    private void Give(MediaItem item)
    {
        if (_closed) item.Dispose();
        else output(item);
    }
}
