using System.Buffers;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// One connection to a peer, the same on both sides: handshake, keep-alive, one loop that receives and one that sends. The send loop takes control frames first,
/// then asks the media sources, and writes many frames at once; nothing is queued for media.
/// </summary>
internal sealed class PeerConnection : IFrameSink
{
    private static readonly TimeSpan HandshakeBound = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GoodbyeBound = TimeSpan.FromSeconds(1);

    private readonly ITransport _transport;
    private readonly IPeerHandler _handler;
    private readonly NodeIdentity _own;
    private readonly Handshake _handshake;
    private readonly TimeProvider _time;
    private readonly TimeSpan _idleAfter;
    private readonly ILogger _log;
    private readonly KeepAlive _keepAlive;
    private readonly ControlQueue _control;
    private readonly AsyncSignal _work = new();
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _startedAt;
    private IMediaSource[] _sources = [];
    private int _nextSource;
    private long _writingSince;
    private int _closing;

    /// <summary>A connection over an open transport. <see cref="RunAsync"/> starts it.</summary>
    /// <param name="transport">Owned from now on.</param>
    /// <param name="handler">What stands behind it.</param>
    /// <param name="own">This node.</param>
    /// <param name="dialed">Whether this side dialed.</param>
    /// <param name="expected">The node id that must answer; null for any.</param>
    /// <param name="options">Clock and limits.</param>
    public PeerConnection(ITransport transport, IPeerHandler handler, NodeIdentity own, bool dialed, Address? expected, MeshOptions options)
    {
        _transport = transport;
        _handler = handler;
        _own = own;
        _handshake = new Handshake(own, transport.ProvenPeer, expected);
        _time = options.Time;
        _idleAfter = options.IdleAfter;
        _log = options.Logging.CreateLogger("ClusterCast.Mesh.Connection");
        _keepAlive = new KeepAlive(_time, _idleAfter);
        _control = new ControlQueue(_time);
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        _startedAt = _time.GetTimestamp();
        Dialed = dialed;
        Node = transport.ProvenPeer;
        Role = PeerRole.Relay;
    }

    /// <summary>Whether this side dialed.</summary>
    public bool Dialed { get; }

    /// <summary>The peer's proven node id; null for a viewer on a WebSocket.</summary>
    public Address? Node { get; private set; }

    /// <summary>What the peer says it is; a relay when it was dialed.</summary>
    public PeerRole Role { get; private set; }

    /// <summary>The peer's address, for people.</summary>
    public string Remote => _transport.Remote;

    /// <summary>What carries it: <c>quic</c>, <c>tls</c> or <c>websocket</c>.</summary>
    public string Transport => _transport.Name;

    /// <summary>Whether the handshake is done and the connection has not ended.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully && !IsClosing;

    /// <summary>Whether the connection is ending or has ended.</summary>
    public bool IsClosing => Volatile.Read(ref _closing) != 0;

    /// <summary>Ends when the handshake is done; fails with <see cref="MeshException"/> when the connection ends before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends when the connection has ended and its handler knows.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Why the connection ended, for people.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The code of the peer's Goodbye; null when it sent none.</summary>
    public GoodbyeCode? PeerGoodbye { get; private set; }

    /// <summary>The last measured round trip; null before the first.</summary>
    public TimeSpan? RoundTrip => _keepAlive.RoundTrip;

    /// <summary>Bytes written to the transport.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Bytes read from the transport.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>What the rooms above keep for this connection.</summary>
    public PeerState State { get; set; } = null!;

    /// <summary>How long the write in progress has lasted.</summary>
    public TimeSpan BlockedFor => Volatile.Read(ref _writingSince) is var since and not 0 ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Runs the connection to its end. Never throws.</summary>
    public async Task RunAsync()
    {
        if (Dialed)
        {
            Send(_handshake.CreateHello());
        }

        var sending = Task.Run(SendLoopAsync);
        await Task.Run(ReceiveLoopAsync);
        Interlocked.Exchange(ref _closing, 1);

        // What is queued, a Goodbye above all, still leaves; the bound was set by Close or is set here.
        _stop.CancelAfter(GoodbyeBound);
        _work.Set();
        await sending;
        try
        {
            await _transport.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            _transport.Abort();
        }

        _ready.TrySetException(new MeshException(Reason.Length > 0 ? Reason : $"{Remote} closed the connection."));
        _ = _ready.Task.Exception;
        try
        {
            _handler.OnClosed(this);
        }
        catch (Exception e)
        {
            _log.LogError(e, "The end of the connection to {Remote} could not be handled", Remote);
        }

        _ended.TrySetResult();
        _stop.Dispose();
    }

    /// <inheritdoc/>
    public void Send<T>(in T message)
        where T : IMessage, allows ref struct
    {
        if (!IsClosing && !_control.TryEnqueue(Frame.Encode(message)))
        {
            Cut("The peer does not keep up with control frames.");
        }

        _work.Set();
    }

    /// <summary>Queues a frame that may as well be lost; false when the queue is a quarter full.</summary>
    public bool TrySend(byte[] frame)
    {
        var queued = !IsClosing && _control.TryEnqueue(frame, ControlQueue.MaxBytes / 4);
        _work.Set();
        return queued;
    }

    /// <summary>Says Goodbye and ends. Does nothing on a connection that is ending. Never blocks.</summary>
    public void Close(GoodbyeCode code, string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        Reason = reason;
        _control.TryEnqueue(Frame.Encode(new Goodbye(code, reason)));
        try
        {
            _stop.CancelAfter(GoodbyeBound);
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        _work.Set();
    }

    /// <summary>Ends without a Goodbye.</summary>
    public void Cut(string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            Reason = reason;
        }

        _transport.Abort();
        _work.Set();
    }

    /// <summary>Adds a source of media.</summary>
    public void Add(IMediaSource source)
    {
        lock (_control)
        {
            _sources = [.. _sources, source];
        }

        _work.Set();
    }

    /// <summary>Removes a source of media.</summary>
    public void Remove(IMediaSource source)
    {
        lock (_control)
        {
            _sources = [.. _sources.Where(s => s != source)];
        }
    }

    /// <summary>Tells the send loop that a source has something.</summary>
    public void Signal() => _work.Set();

    /// <summary>Looks after timeouts; called several times a second.</summary>
    public void Tick()
    {
        if (!_ready.Task.IsCompleted && _time.GetElapsedTime(_startedAt) > HandshakeBound)
        {
            Cut($"{Remote} did not finish the handshake in {HandshakeBound.TotalSeconds} s.");
        }
        else if (BlockedFor > SlowBound || _control.Age > SlowBound)
        {
            Cut($"{Remote} did not take a write for {SlowBound.TotalSeconds} s.");
        }
        else if (_keepAlive.IsIdle)
        {
            Close(GoodbyeCode.Idle, $"Nothing was heard for {_idleAfter.TotalSeconds} s.");
        }
        else if (_ready.Task.IsCompleted && _keepAlive.IsPingDue)
        {
            Send(_keepAlive.CreatePing());
        }

        if (_sources.Length > 0)
        {
            _work.Set();
        }
    }

    private async Task ReceiveLoopAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(2 * WireLimits.BodyBytes);
        try
        {
            var filled = 0;
            while (true)
            {
                var count = await _transport.ReceiveAsync(buffer.AsMemory(filled), _stop.Token);
                if (count == 0)
                {
                    break;
                }

                ReceivedBytes += count;
                filled += count;
                var taken = TakeFrames(buffer.AsSpan(0, filled));
                if (taken < 0)
                {
                    // Closing with unread bytes would reset the connection and lose the Goodbye on its way.
                    await DiscardAsync(buffer);
                    break;
                }

                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }
        }
        catch (WireException e)
        {
            Close(GoodbyeCode.ProtocolError, e.Message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            if (Reason.Length == 0)
            {
                Reason = $"{Remote} was lost ({e.Message}).";
            }
        }
        catch (Exception e)
        {
            _log.LogError(e, "Receiving from {Remote} has failed; the connection is closed", Remote);
            Close(GoodbyeCode.ProtocolError, "Receiving has failed.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task DiscardAsync(byte[] buffer)
    {
        while (PeerGoodbye is null && await _transport.ReceiveAsync(buffer, _stop.Token) > 0)
        {
        }
    }

    // Returns the bytes taken, or -1 when the connection is over.
    private int TakeFrames(ReadOnlySpan<byte> input)
    {
        try
        {
            return ReadFrames(input);
        }
        catch (WireException e)
        {
            Close(GoodbyeCode.ProtocolError, e.Message);
        }
        catch (HandshakeException e)
        {
            Close(e.Code, e.Message);
        }
        catch (Exception e)
        {
            _log.LogError(e, "A frame of {Remote} could not be handled; the connection is closed", Remote);
            Close(GoodbyeCode.ProtocolError, "A frame could not be handled.");
        }

        return -1;
    }

    private int ReadFrames(ReadOnlySpan<byte> input)
    {
        var taken = 0;
        while (!IsClosing && Frame.TryRead(input[taken..], out var type, out var header, out var length))
        {
            _keepAlive.Heard();
            var body = input.Slice(taken + header, length);
            taken += header + length;
            if (type == FrameType.Goodbye)
            {
                var goodbye = Goodbye.Read(body);
                PeerGoodbye = goodbye.Code;
                Reason = $"{Remote} said: {goodbye.Reason}";
                return -1;
            }

            Dispatch(type, body);
        }

        return IsClosing ? -1 : taken;
    }

    private void Dispatch(FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Hello when !Dialed && !_ready.Task.IsCompleted:
                var hello = Hello.Read(body);
                Send(_handshake.Accept(hello));
                Role = hello.Role;
                BecomeReady();
                break;
            case FrameType.Welcome when Dialed && !_ready.Task.IsCompleted:
                Node = _handshake.Verify(Welcome.Read(body));
                BecomeReady();
                break;
            case FrameType.Hello or FrameType.Welcome:
                throw new WireException($"{type} is not expected here.");
            case var _ when !_ready.Task.IsCompleted:
                throw new WireException(Dialed ? "The first frame must be Welcome." : "The first frame must be Hello.");
            case FrameType.Ping:
                Send(new Pong(Ping.Read(body).Value));
                break;
            case FrameType.Pong:
                _keepAlive.Take(Pong.Read(body));
                break;
            default:
                _handler.OnFrame(this, type, body);
                break;
        }
    }

    private void BecomeReady()
    {
        _ready.TrySetResult();
        _handler.OnReady(this);
        Send(_keepAlive.CreatePing());
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (true)
            {
                using (var batch = new FrameBatch())
                {
                    while (Fill(batch))
                    {
                        Volatile.Write(ref _writingSince, _time.GetTimestamp());
                        await _transport.SendAsync(batch.Frames, _stop.Token);
                        Volatile.Write(ref _writingSince, 0);
                        SentBytes += batch.Length;
                    }
                }

                if (IsClosing)
                {
                    await _transport.CompleteAsync(_stop.Token);
                    return;
                }

                await _work.WaitAsync(_stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            Cut($"{Remote} was lost ({e.Message}).");
        }
        catch (Exception e)
        {
            _log.LogError(e, "Media for {Remote} could not be written; the connection is closed", Remote);
            Cut("Media could not be written.");
        }
    }

    private bool Fill(FrameBatch batch)
    {
        batch.Clear();
        _control.DrainTo(batch);
        var sources = _sources;
        for (var i = 0; i < sources.Length && !batch.IsFull && !IsClosing; i++)
        {
            sources[(_nextSource + i) % sources.Length].WriteTo(batch);
        }

        _nextSource++;
        return batch.Length > 0;
    }
}
