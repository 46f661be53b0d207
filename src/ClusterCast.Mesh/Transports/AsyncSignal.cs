using System.Threading.Channels;

namespace ClusterCast.Mesh.Transports;

/// <summary>Wakes one waiter; signals that nobody waits for yet count once.</summary>
internal sealed class AsyncSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    /// <summary>Wakes the waiter, or the next one.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Ends at the next signal.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _channel.Reader.ReadAsync(cancel);
}
