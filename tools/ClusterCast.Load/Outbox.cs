using ClusterCast.Mesh.Transports;

namespace ClusterCast.Load;

/// <summary>Frames on their way out of one subscriber, few and small: one write at a time, in order.</summary>
internal sealed class Outbox(ITransport transport)
{
    private readonly Queue<byte[]> _frames = new();
    private bool _busy;

    /// <summary>Sends a frame. Never blocks.</summary>
    public void Send(byte[] frame)
    {
        lock (_frames)
        {
            _frames.Enqueue(frame);
            if (_busy)
            {
                return;
            }

            _busy = true;
        }

        _ = DrainAsync();
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            byte[]? frame;
            lock (_frames)
            {
                if (!_frames.TryDequeue(out frame))
                {
                    _busy = false;
                    return;
                }
            }

            try
            {
                await transport.SendAsync(frame, CancellationToken.None);
            }
            catch (IOException)
            {
                // The receive loop tells of a lost connection.
            }
        }
    }
}
