using System.Net;
using System.Threading.Channels;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>One accepted publisher. Its reader takes the items and disposes of them; when the reader is slow, first the queue fills
/// (<see cref="QueueLength"/> items), then the publisher's connection waits.</summary>
public sealed class RtmpPublication
{
    /// <summary>Items that wait at most.</summary>
    public const int QueueLength = 64;

    private readonly Channel<MediaItem> _items = Channel.CreateBounded<MediaItem>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly TaskCompletionSource<MediaException?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<MediaException> _refuse;

    internal RtmpPublication(string publishKey, EndPoint? remote, Action<MediaException> refuse) =>
        (PublishKey, Remote, _refuse) = (publishKey, remote, refuse);

    /// <summary>The publish key that was used.</summary>
    public string PublishKey { get; }

    /// <summary>The publisher's address.</summary>
    public EndPoint? Remote { get; }

    /// <summary>What the publisher sends; completes without error when the publication ends, see <see cref="Ended"/>.</summary>
    public ChannelReader<MediaItem> Items => _items.Reader;

    /// <summary>Completes when the publication has ended: null when the publisher stopped on its own, else why.</summary>
    public Task<MediaException?> Ended => _ended.Task;

    /// <summary>Disconnects the publisher and tells it why.</summary>
    public void Refuse(MediaException reason) => _refuse(reason);

    internal ValueTask WriteAsync(MediaItem item, CancellationToken cancel) => _items.Writer.WriteAsync(item, cancel);

    internal void End(MediaException? reason)
    {
        _ended.TrySetResult(reason);
        _items.Writer.TryComplete();
    }
}
