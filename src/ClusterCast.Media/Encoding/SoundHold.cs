using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Encoding;

/// <summary>Holds sound back until the pictures before it have come out of the encoder, so that times only rise. When the encoder gives nothing for
/// longer than <paramref name="patience"/>, or <see cref="MostHeld"/> frames wait, sound goes on without pictures.</summary>
internal sealed class SoundHold(Action<MediaItem> output, TimeSpan patience, TimeProvider time) : IDisposable
{
    /// <summary>Frames of sound that are held at most: over 10 s at 48 kHz.</summary>
    public const int MostHeld = 512;

    private readonly Queue<(MediaItem Item, long At)> _held = [];
    private readonly Lock _gate = new();
    private bool _closed;

    /// <summary>A configuration of the sound that follows.</summary>
    public void Announce(AacConfig config)
    {
        lock (_gate) _held.Enqueue((config, time.GetTimestamp()));
    }

    /// <summary>Takes over a frame of sound.</summary>
    public void Hold(MediaSample sound)
    {
        lock (_gate)
        {
            _held.Enqueue((sound, time.GetTimestamp()));
            while (_held.Count > MostHeld || time.GetElapsedTime(_held.Peek().At) > patience) Give(_held.Dequeue().Item);
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
            while (_held.TryDequeue(out var held)) held.Item.Dispose();
        }
    }

    private void Release(uint until)
    {
        while (_held.TryPeek(out var held) && (held.Item is not MediaSample sound || unchecked((int)(until - sound.DtsMs)) >= 0)) Give(_held.Dequeue().Item);
    }

    private void Give(MediaItem item)
    {
        if (_closed) item.Dispose();
        else output(item);
    }
}
