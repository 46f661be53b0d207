using System.Collections.Concurrent;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// Sends for all connections of a node that have something to send and whose transports need not wait: one pass over them instead of one task each, so that a
/// leaf for a thousand subscribers costs no thousand switches of tasks.
/// </summary>
internal sealed class SendPump : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<FrameSender> _ready = new();
    private int _isRunning;

    /// <summary>A sender has something to send. It must not be in the queue already.</summary>
    public void Enqueue(FrameSender sender)
    {
        _ready.Enqueue(sender);
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        var batch = new FrameBatch { TakesShared = true };
        try
        {
            do
            {
                Drain(ref batch);
                Volatile.Write(ref _isRunning, 0);
            }
            while (!_ready.IsEmpty && Interlocked.Exchange(ref _isRunning, 1) == 0);
        }
        finally
        {
            batch.Dispose();
        }
    }

    private void Drain(ref FrameBatch batch)
    {
        IWriteQueue? queue = null;
        while (_ready.TryDequeue(out var sender))
        {
            if (sender.Queue != queue)
            {
                queue?.Flush();
                queue = sender.Queue;
            }

            if (!sender.TryPump(batch))
            {
                // The sender's own loop goes on with the batch when the transport has room.
                sender.GoOn(batch);
                batch = new FrameBatch { TakesShared = true };
            }
        }

        queue?.Flush();
    }
}
