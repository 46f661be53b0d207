using System.Buffers;
using System.Net;
using ClusterCast.Mesh.Guarding;
using ClusterCast.Mesh.Nat;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// One connection to a peer, the same on both sides: handshake, keep-alive and its end; beside it run a <see cref="FrameReceiver"/> and a <see cref="FrameSender"/>.
/// </summary>
internal sealed class PeerConnection : IFrameSink
{
    private static readonly TimeSpan GoodbyeBound = TimeSpan.FromSeconds(1);

    private readonly ITransport _transport;
    private readonly IPeerHandler _handler;
    private readonly NodeIdentity _own;
    private readonly Handshake _handshake;
    private readonly GuardMetrics _guard;
    private readonly ILogger _log;
    private readonly KeepAlive _keepAlive;
    private readonly FrameReceiver _receiver;
    private readonly FrameSender _sender;
    private readonly PeerLane? _lane;
    private readonly FrameTaker _takeInTurn;
    private readonly Lock _dispatch = new();
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConnectionWatch _watch;
    private Task _lanes = Task.CompletedTask;
    private int _closing;

    /// <summary>A connection over an open transport. <see cref="RunAsync"/> starts it.</summary>
    /// <param name="transport">Owned from now on.</param>
    /// <param name="handler">What stands behind it.</param>
    /// <param name="own">This node.</param>
    /// <param name="dialed">Whether this side dialed.</param>
    /// <param name="expected">The node id that must answer; null for any.</param>
    /// <param name="options">Clock and limits.</param>
    /// <param name="guard">Counts what is hostile.</param>
    /// <param name="pump">Sends where the transport need not wait; null leaves it to a loop.</param>
    public PeerConnection(
        ITransport transport, IPeerHandler handler, NodeIdentity own, bool dialed, Address? expected, MeshOptions options, GuardMetrics guard, SendPump? pump = null)
    {
        _transport = transport;
        _handler = handler;
        _own = own;
        _handshake = new Handshake(own, transport.ProvenPeer, expected);
        _guard = guard;
        _log = options.Logging.CreateLogger("ClusterCast.Mesh.Connection");
        _keepAlive = new KeepAlive(options.Time, options.IdleAfter);
        _takeInTurn = TakeInTurn;
        _receiver = new FrameReceiver(transport, options.Time, Take);
        _lane = PeerLane.For(transport, this, options);
        _sender = new FrameSender(transport, _lane, pump, options.Time);
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, options.Time);
        _watch = new ConnectionWatch(options, transport.Remote, _receiver, _sender, _keepAlive, guard);
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

    /// <summary>Where the peer's packets come from; null when the transport cannot tell.</summary>
    public IPEndPoint? Seen => _transport.Seen;

    /// <summary>Where the dialed peer sees this node; null before it has said.</summary>
    public IPEndPoint? ObservedAs { get; set; }

    /// <summary>What carries it: <c>quic</c>, <c>webtransport</c>, <c>tls</c> or <c>websocket</c>.</summary>
    public string Transport => _transport.Name;

    /// <summary>Whether the handshake is done and the connection has not ended.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully && !IsClosing;

    /// <summary>Whether the connection is ending or has ended.</summary>
    public bool IsClosing => Volatile.Read(ref _closing) != 0;

    /// <summary>Ends when the handshake is done; fails with <see cref="MeshException"/> when the connection ends before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends when the connection has ended and its handler knows.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether it was cut because the handshake did not end in time.</summary>
    public bool IsSlow { get; private set; }

    /// <summary>Why the connection ended, for people.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The code of the peer's Goodbye; null when it sent none.</summary>
    public GoodbyeCode? PeerGoodbye { get; private set; }

    /// <summary>The last measured round trip; null before the first.</summary>
    public TimeSpan? RoundTrip => _keepAlive.RoundTrip;

    /// <summary>Bytes written to the transport.</summary>
    public long SentBytes => _sender.SentBytes;

    /// <summary>Bytes read from the transport.</summary>
    public long ReceivedBytes => _receiver.ReceivedBytes;

    /// <summary>The lanes of the connection; null where there can be none.</summary>
    public PeerLane? Lane => _lane;

    /// <summary>What the rooms above keep for this connection.</summary>
    public PeerState State { get; set; } = null!;

    /// <summary>How long the write in progress has lasted.</summary>
    public TimeSpan BlockedFor => _sender.BlockedFor;

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
        _sender.End();
        await sending;
        await _lanes;
        _lane?.Dispose();
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
        if (!IsClosing && !_sender.TryEnqueue(Frame.Encode(message)))
        {
            Cut("The peer does not keep up with control frames.");
        }

        _sender.Signal();
    }

    /// <summary>Queues a frame that may as well be lost; false when the queue is a quarter full.</summary>
    public bool TrySend(byte[] frame)
    {
        var queued = !IsClosing && _sender.TryEnqueue(frame, ControlQueue.MaxBytes / 4);
        _sender.Signal();
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
        _sender.TryEnqueue(Frame.Encode(new Goodbye(code, reason)));
        try
        {
            _stop.CancelAfter(GoodbyeBound);
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        _sender.End();
    }

    /// <summary>Ends without a Goodbye.</summary>
    public void Cut(string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            Reason = reason;
        }

        _transport.Abort();
        _sender.End();
    }

    /// <summary>Asks the peer to protect what it sends against loss, where both can.</summary>
    public void OpenLane()
    {
        lock (_dispatch)
        {
            if (_lane is not null && !IsClosing && _lane.Open())
            {
                _lanes = Task.Run(LaneLoopAsync);
            }
        }
    }

    /// <summary>Adds a source of media.</summary>
    public void Add(IMediaSource source) => _sender.Add(source);

    /// <summary>Removes a source of media.</summary>
    public void Remove(IMediaSource source) => _sender.Remove(source);

    /// <summary>Tells the send loop that a source has something.</summary>
    public void Signal() => _sender.Signal();

    /// <summary>Looks after timeouts; called several times a second.</summary>
    public void Tick()
    {
        if (IsClosing)
        {
            return;
        }

        if (_watch.Look(_ready.Task.IsCompleted) is { } impatience)
        {
            IsSlow = impatience.IsSlow;
            if (impatience.Code is { } code)
            {
                Close(code, impatience.Reason);
            }
            else
            {
                Cut(impatience.Reason);
            }
        }
        else if (_ready.Task.IsCompleted && _keepAlive.IsPingDue)
        {
            Send(_keepAlive.CreatePing());
        }

        _lane?.Tick();
        if (_sender.HasSources || _lane is { HasRepeats: true })
        {
            _sender.Signal();
        }
    }

    private async Task ReceiveLoopAsync()
    {
        try
        {
            await TakeFramesAsync(_receiver.RunAsync);
            if (PeerGoodbye is null && !_receiver.IsAtEnd)
            {
                await _receiver.DiscardAsync(_stop.Token);
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            if (Reason.Length == 0)
            {
                Reason = $"{Remote} was lost ({e.Message}).";
            }
        }
    }

    // Blocks of a lane become complete on a thread of the transport; they are handled here, in turn with the frames of the stream.
    private async Task LaneLoopAsync()
    {
        try
        {
            await TakeFramesAsync(async stop =>
            {
                while (await _lane!.WaitAsync(stop) && TakeBlocks())
                {
                    _lane.Poll();
                }
            });
        }
        catch (Exception e) when (IsLoss(e))
        {
            // The connection ends.
        }
    }

    private async Task TakeFramesAsync(Func<CancellationToken, Task> run)
    {
        try
        {
            await run(_stop.Token);
        }
        catch (WireException e)
        {
            (e.Fault switch
            {
                WireFault.Huge => _guard.HugeFrame,
                WireFault.Unexpected => _guard.UnexpectedFrame,
                _ => _guard.MalformedFrame,
            }).Add();
            Close(GoodbyeCode.ProtocolError, e.Message);
        }
        catch (HandshakeException e)
        {
            Close(e.Code, e.Message);
        }
        catch (Exception e) when (!IsLoss(e))
        {
            _log.LogError(e, "A frame of {Remote} could not be handled; the connection is closed", Remote);
            Close(GoodbyeCode.ProtocolError, "A frame could not be handled.");
        }
        finally
        {
            if (_receiver.IsInside && !IsClosing)
            {
                _guard.TruncatedFrame.Add();
            }
        }
    }

    private bool Take(FrameType type, ReadOnlySpan<byte> body)
    {
        lock (_dispatch)
        {
            return TakeInTurn(type, body) && (_lane is null || _lane.TakeBlocks(_takeInTurn));
        }
    }

    private bool TakeBlocks()
    {
        Wakes.Hold();
        try
        {
            lock (_dispatch)
            {
                return !IsClosing && _lane!.TakeBlocks(_takeInTurn);
            }
        }
        finally
        {
            Wakes.Release();
        }
    }

    private bool TakeInTurn(FrameType type, ReadOnlySpan<byte> body)
    {
        if (IsClosing)
        {
            return false;
        }

        _keepAlive.Heard();
        if (type == FrameType.Goodbye)
        {
            var goodbye = Goodbye.Read(body);
            PeerGoodbye = goodbye.Code;
            Reason = $"{Remote} said: {goodbye.Reason}";
            return false;
        }

        Dispatch(type, body);
        return !IsClosing;
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
                throw new WireException($"{type} is not expected here.", WireFault.Unexpected);
            case var _ when !_ready.Task.IsCompleted:
                throw new WireException(Dialed ? "The first frame must be Welcome." : "The first frame must be Hello.", WireFault.Unexpected);
            case FrameType.Ping:
                Send(new Pong(Ping.Read(body).Value));
                break;
            case FrameType.Pong:
                _keepAlive.Take(Pong.Read(body));
                break;
            case FrameType.Resend or FrameType.LaneReport or FrameType.LaneOpen or FrameType.LaneBlock:
                _lane?.OnFrame(type, body);
                break;
            default:
                _handler.OnFrame(this, type, body);
                break;
        }
    }

    private void BecomeReady()
    {
        _ready.TrySetResult();
        if (!Dialed && _transport.Seen is { } seen)
        {
            Send(new Observed(seen.ToWire()));
        }

        _handler.OnReady(this);
        Send(_keepAlive.CreatePing());
    }

    private async Task SendLoopAsync()
    {
        try
        {
            await _sender.RunAsync(_stop.Token);
        }
        catch (Exception e) when (IsLoss(e))
        {
            Cut($"{Remote} was lost ({e.Message}).");
        }
        catch (Exception e)
        {
            _log.LogError(e, "Media for {Remote} could not be written; the connection is closed", Remote);
            Cut("Media could not be written.");
        }
    }

    private static bool IsLoss(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException;
}
