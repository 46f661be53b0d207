namespace ClusterCast.Mesh.Transports;

/// <summary>
/// Encoded control frames that wait for the next write, bounded in bytes and age. Control frames leave before media; media itself is never queued (subscribers
/// read the cache).
/// </summary>
internal sealed class ControlQueue(TimeProvider time)
{
    /// <summary>A peer that lets more than this pile up is too slow.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly Queue<(byte[] Frame, long At)> _frames = new();
    private int _bytes;

    /// <summary>How long the oldest frame has waited.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_frames)
            {
                return _frames.TryPeek(out var oldest) ? time.GetElapsedTime(oldest.At) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Queues a frame; false when <paramref name="limit"/> bytes would be passed.</summary>
    public bool TryEnqueue(byte[] frame, int limit = MaxBytes)
    {
        lock (_frames)
        {
            if (_bytes + frame.Length > limit)
            {
                return false;
            }

            _bytes += frame.Length;
            _frames.Enqueue((frame, time.GetTimestamp()));
            return true;
        }
    }

    /// <summary>Moves frames into the batch until it is full.</summary>
    public void DrainTo(FrameBatch batch)
    {
        lock (_frames)
        {
            while (!batch.IsFull && _frames.TryDequeue(out var entry))
            {
                _bytes -= entry.Frame.Length;
                batch.AddEncoded(entry.Frame);
            }
        }
    }
}
