using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>Publishes to an RTMP server. Messages are added and then flushed together by one task; what the server says is read by another, so that a
/// flush that waits does not keep its acknowledgements from being seen.</summary>
public sealed class RtmpPublisher : IAsyncDisposable
{
    private static readonly TimeSpan Politeness = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly RtmpTarget _target;
    private readonly TimeProvider _time;
    private readonly RtmpClientSession _session;
    private readonly TaskCompletionSource<MediaException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream _stream = Stream.Null;
    private PipeReader _reader = PipeReader.Create(ReadOnlySequence<byte>.Empty);
    private Task _reading = Task.CompletedTask;
    private long _sent;
    private long _acknowledged = -1;

    private RtmpPublisher(RtmpTarget target, RtmpClientOptions options)
    {
        (_target, _time) = (target, options.TimeProvider);
        _session = new RtmpClientSession(target, options.Random, options.TimeProvider, options.FourCc);
    }

    /// <summary>Completes with the reason when the server ends the broadcast or the connection.</summary>
    public Task<MediaException> Ended => _ended.Task;

    /// <summary>Bytes sent, with handshake and framing.</summary>
    public long SentBytes => Interlocked.Read(ref _sent);

    /// <summary>Bytes that the server has acknowledged; null while it has not acknowledged any.</summary>
    public long? AcknowledgedBytes => Interlocked.Read(ref _acknowledged) is >= 0 and var bytes ? bytes : null;

    /// <summary>Bytes added and not yet flushed.</summary>
    public int PendingBytes
    {
        get
        {
            lock (_lock) return _session.OutputBytes;
        }
    }

    /// <summary>Connects and gets the permission to publish.</summary>
    /// <exception cref="MediaException">It does not come about; the message names the destination without its key, the cause and the remedy.</exception>
    public static async Task<RtmpPublisher> ConnectAsync(RtmpTarget target, RtmpClientOptions options, CancellationToken cancel)
    {
        var publisher = new RtmpPublisher(target, options);
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            publisher._stream = await RtmpDialer.ConnectAsync(target, options, limit.Token);
            publisher._reader = PipeReader.Create(publisher._stream, new StreamPipeReaderOptions(leaveOpen: true));
            await publisher.SendAllAsync(limit.Token);
            await publisher.ReadAsync(untilMedia: true, limit.Token);
            publisher._reading = publisher.ListenAsync();
            return publisher;
        }
        catch (Exception failure)
        {
            var reason = failure is OperationCanceledException && !cancel.IsCancellationRequested
                ? new MediaException(MediaFault.ConnectFailed, $"it did not answer within {options.ConnectTimeout.TotalSeconds:0.#} s ({publisher.Doing}); check host, port and firewall")
                : publisher.Reason(failure);
            await publisher.DisposeAsync();
            if (reason is null) throw;
            throw publisher.Named(reason);
        }
    }

    /// <summary>Adds a video or audio message.</summary>
    public void Add(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body)
    {
        lock (_lock) _session.AddMedia(type, timestamp, body);
    }

    /// <summary>Adds <c>onMetaData</c>.</summary>
    public void AddMetadata(AmfObject map)
    {
        lock (_lock) _session.AddMetadata(map);
    }

    /// <summary>Sends all that was added. Waits while the network takes no more.</summary>
    /// <exception cref="MediaException">The connection is broken.</exception>
    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        try
        {
            await SendAllAsync(cancel);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            throw Named(Reason(failure)!);
        }
    }

    /// <summary>Tells the server that the broadcast ends; does its best for a second.</summary>
    public async Task FinishAsync()
    {
        using var limit = new CancellationTokenSource(Politeness, _time);
        try
        {
            lock (_lock) _session.AddEnd();
            await FlushAsync(limit.Token);
        }
        catch (Exception failure) when (failure is MediaException or OperationCanceledException)
        {
            // It is gone, or does not listen; then it will see the connection end.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _stream.DisposeAsync();
        await _reading;
        await _reader.CompleteAsync();
        lock (_lock) _session.Dispose();
    }

    private string Doing => _session.Stage switch
    {
        RtmpClientStage.Handshake => "while greeting",
        RtmpClientStage.Connect => "when asked for the application",
        RtmpClientStage.CreateStream => "when asked for a stream",
        RtmpClientStage.Publish => "when asked to publish",
        _ => "while publishing",
    };

    private async Task ListenAsync()
    {
        try
        {
            await ReadAsync(untilMedia: false, _stop.Token);
        }
        catch (Exception failure)
        {
            _ended.TrySetResult(Named(Reason(failure) ?? new MediaException(MediaFault.Disconnected, "the connection was closed here")));
        }
    }

    private async Task ReadAsync(bool untilMedia, CancellationToken cancel)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancel);
            var buffer = result.Buffer;
            bool more;
            do
            {
                lock (_lock) more = _session.Advance(ref buffer) && !(untilMedia && _session.Stage == RtmpClientStage.Media);
            }
            while (more);
            _reader.AdvanceTo(buffer.Start, buffer.End);
            Count();
            await AnswerAsync(cancel);
            if (untilMedia && _session.Stage == RtmpClientStage.Media) return;
            if (result.IsCompleted) throw new EndOfStreamException();
        }
    }

    private async ValueTask SendAllAsync(CancellationToken cancel)
    {
        while (PendingBytes > 0)
        {
            await _writing.WaitAsync(cancel);
            try
            {
                await SendAsync(cancel);
            }
            finally
            {
                _writing.Release();
            }
        }
    }

    /// <summary>Sends answers, unless a flush is under way, which sends them along.</summary>
    private async ValueTask AnswerAsync(CancellationToken cancel)
    {
        while (PendingBytes > 0 && _writing.Wait(0, CancellationToken.None))
        {
            try
            {
                await SendAsync(cancel);
            }
            finally
            {
                _writing.Release();
            }
        }
    }

    private async ValueTask SendAsync(CancellationToken cancel)
    {
        ReadOnlyMemory<byte> bytes;
        lock (_lock) bytes = _session.TakeOutput();
        await _stream.WriteAsync(bytes, cancel);
        Interlocked.Add(ref _sent, bytes.Length);
    }

    private void Count()
    {
        if (_session.PeerAcknowledged is not { } low) return;
        var sent = SentBytes;
        var lag = unchecked((uint)sent - low);
        // An acknowledgement may overtake our own count of the write that it answers.
        Interlocked.Exchange(ref _acknowledged, lag > int.MaxValue ? sent : Math.Max(sent - lag, 0));
    }

    /// <summary>What a failure means by where the connection stood; null for a cancellation from outside.</summary>
    private MediaException? Reason(Exception failure) => failure switch
    {
        MediaException known => known,
        EndOfStreamException or IOException or SocketException or ObjectDisposedException => _session.Stage switch
        {
            RtmpClientStage.Publish => new MediaException(MediaFault.KeyRefused,
                "it closed the connection when asked to publish, which mostly means that it does not know the key; copy the key anew from the platform's live page"),
            RtmpClientStage.Media => new MediaException(MediaFault.Disconnected, "the connection broke; look at the platform's live page if that happens often"),
            _ => new MediaException(MediaFault.ConnectFailed, $"it closed the connection {Doing}; check that host, port and application are right"),
        },
        _ => null,
    };

    private MediaException Named(MediaException reason) =>
        new(reason.Fault, $"The destination {_target} fails: {_target.Key.Redact(reason.Message)}.");
}
