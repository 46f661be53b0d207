using System.IO.Pipelines;
using System.Net.Sockets;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>Drives one <see cref="RtmpSession"/> over a socket until either side ends it.</summary>
internal sealed class RtmpConnection
{
    private const int DrainBytes = 1 << 20;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);
    private readonly Socket _socket;
    private readonly RtmpServerOptions _options;
    private readonly Func<RtmpConnection, string, PublishVerdict> _gate;
    private readonly Action<RtmpPublication> _published;
    private readonly CancellationTokenSource _stop;
    private readonly RtmpSession _session;
    private MediaException? _refusal;
    private RtmpPublication? _publication;

    public RtmpConnection(Socket socket, RtmpServerOptions options, Func<RtmpConnection, string, PublishVerdict> gate,
        Action<RtmpPublication> published, CancellationToken stop)
    {
        (_socket, _options, _gate, _published) = (socket, options, gate, published);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _session = new RtmpSession(options.Application, key => _gate(this, key), options.TimeProvider);
    }

    public async Task RunAsync()
    {
        MediaException? reason = null;
        await using var stream = new NetworkStream(_socket, ownsSocket: true);
        try
        {
            _socket.NoDelay = true;
            await ReceiveAsync(stream);
        }
        catch (MediaException failure)
        {
            reason = failure;
        }
        catch (OperationCanceledException)
        {
            reason = _refusal ?? new MediaException(MediaFault.Disconnected, "The broadcaster is shutting down; publish again when it is back.");
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            reason = _refusal ?? new MediaException(MediaFault.Disconnected, "The publisher's connection broke; check the network and publish again.", failure);
        }
        catch (Exception failure)
        {
            reason = new MediaException(MediaFault.Malformed, $"The RTMP session failed ({failure.GetType().Name}); publish again with OBS or FFmpeg.", failure);
        }
        finally
        {
            _publication?.End(reason);
            if (reason is { Fault: not MediaFault.Disconnected }) await TellAsync(stream, reason);
            _session.Dispose();
            _stop.Dispose();
        }
    }

    private async Task ReceiveAsync(NetworkStream stream)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        using var idle = new IdleTimer(_options.TimeProvider, _options.IdleTimeout, () => Refuse(new MediaException(MediaFault.Idle,
            $"The publisher sent nothing for {_options.IdleTimeout.TotalSeconds:0} s; check its network and publish again.")));
        try
        {
            while (!_session.Ended)
            {
                idle.Arm();
                var result = await reader.ReadAsync(_stop.Token);
                idle.Disarm();
                var buffer = result.Buffer;
                while (_session.Advance(ref buffer, out var item))
                {
                    if (_publication is null && _session.PublishedKey is { } key)
                        _published(_publication = new RtmpPublication(key, _socket.RemoteEndPoint, Refuse));
                    if (item is not null) await ForwardAsync(item);
                }
                reader.AdvanceTo(buffer.Start, buffer.End);
                await SendAsync(stream, _stop.Token);
                if (result.IsCompleted && !_session.Ended)
                    throw new MediaException(MediaFault.Disconnected, "The publisher closed its connection without stopping the stream.");
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async ValueTask ForwardAsync(MediaItem item)
    {
        if (_publication is null)
        {
            item.Dispose();
            return;
        }
        try
        {
            await _publication.WriteAsync(item, _stop.Token);
        }
        catch
        {
            item.Dispose();
            throw;
        }
    }

    private async Task SendAsync(NetworkStream stream, CancellationToken cancel)
    {
        if (_session.Output.WrittenCount == 0) return;
        await stream.WriteAsync(_session.Output.WrittenMemory, cancel);
        _session.Output.ResetWrittenCount();
    }

    private void Refuse(MediaException reason)
    {
        Interlocked.CompareExchange(ref _refusal, reason, null);
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended on its own meanwhile.
        }
    }

    /// <summary>Sends the reason and then reads what is still under way: closing a socket with unread bytes resets the connection,
    /// and the peer would never see the reason.</summary>
    private async Task TellAsync(NetworkStream stream, MediaException reason)
    {
        using var limit = new CancellationTokenSource(DrainTime, _options.TimeProvider);
        try
        {
            _session.WriteRefusal(reason);
            await SendAsync(stream, limit.Token);
            _socket.Shutdown(SocketShutdown.Send);
            var sink = new byte[16 << 10];
            for (var drained = 0; drained < DrainBytes;)
            {
                var read = await stream.ReadAsync(sink, limit.Token);
                if (read == 0) return;
                drained += read;
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone; nobody is left to tell.
        }
    }
}
