using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>
/// The lanes of one connection, one in each direction once it was asked for. On a lane every batch is a block: media as datagrams, control frames, and media that
/// the datagrams cannot take, on the stream; so the receiver gets all frames in the order in which they were sent.
/// </summary>
internal sealed class PeerLane : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstRoundTrip = TimeSpan.FromMilliseconds(100);

    private readonly IDatagramTransport _transport;
    private readonly PeerConnection _peer;
    private readonly TimeProvider _time;
    private readonly AsyncSignal _come = new();
    private readonly Action<Resend> _ask;
    private readonly Action<LaneReport> _report;
    private readonly Lock _gate = new();
    private LaneSender? _sender;
    private LaneReceiver? _receiver;
    private ITimer? _timer;
    private bool _disposed;

    private PeerLane(IDatagramTransport transport, PeerConnection peer, TimeProvider time)
    {
        _transport = transport;
        _peer = peer;
        _time = time;
        _ask = ask => peer.Send(ask);
        _report = report => peer.Send(report);
    }

    /// <summary>Whether the peer gets its frames over a lane.</summary>
    public bool IsSending => _sender is not null;

    /// <summary>Whether the peer was asked for a lane.</summary>
    public bool IsReceiving => _receiver is not null;

    /// <summary>Whether blocks wait to be repeated on the stream.</summary>
    public bool HasRepeats => _sender is { HasRepeats: true };

    /// <summary>What was sent; null without a lane.</summary>
    public LaneSent? Sent => _sender?.Sent;

    /// <summary>The lanes of a connection; null where there can be none.</summary>
    public static PeerLane? For(ITransport transport, PeerConnection peer, MeshOptions options) =>
        transport is IDatagramTransport datagrams && options.LossProtection != LossProtection.Off && IsaL.Missing is null ? new PeerLane(datagrams, peer, options.Time) : null;

    /// <summary>Asks the peer for a lane, once. A peer that has none sends on as before. Returns whether this was the first time.</summary>
    public bool Open()
    {
        lock (_gate)
        {
            if (_disposed || _receiver is not null || _transport.MaxDatagram < LaneLimits.LeastDatagramBytes)
            {
                return false;
            }

            _receiver = new LaneReceiver(_time);
            _transport.Datagram = OnDatagram;
            _timer = _time.CreateTimer(_ => _come.Set(), null, Beat, Beat);
        }

        _peer.Send(new LaneOpen(LaneLimits.Version));
        return true;
    }

    /// <summary>Ends when something may have to be handed up, asked for or reported.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _come.WaitAsync(cancel);

    /// <summary>Asks for what is missing, and reports.</summary>
    public void Poll() => _receiver?.Poll(_transport.RoundTrip ?? _peer.RoundTrip ?? FirstRoundTrip, _ask, _report);

    /// <summary>Hands up the frames of all blocks that are next in order; false when nothing after one is to be read. Throws <see cref="WireException"/>.</summary>
    public bool TakeBlocks(FrameTaker take)
    {
        while (_receiver is { } receiver && receiver.TryNext(out var block))
        {
            try
            {
                if (!TakeBlock(block!.Frames, take))
                {
                    return false;
                }
            }
            finally
            {
                receiver.Return(block!);
            }
        }

        return true;
    }

    /// <summary>A lane frame of the peer. Throws <see cref="WireException"/>.</summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.LaneOpen:
                OnOpen(LaneOpen.Read(body));
                break;
            case FrameType.LaneReport:
                _sender?.Take(LaneReport.Read(body));
                break;
            case FrameType.Resend:
                _sender?.Take(Resend.Read(body));
                _peer.Signal();
                break;
            case FrameType.LaneBlock:
                (_receiver ?? throw new WireException("A block came of a lane that was not asked for.")).Take(LaneBlock.Read(body));
                break;
        }
    }

    /// <summary>Sends a batch whose first bytes are control frames, and what is to be repeated.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frames, int control, CancellationToken cancel)
    {
        var sender = _sender!;
        FrameBatch? stream = null;
        try
        {
            while (sender.HasRepeats)
            {
                stream ??= new FrameBatch();
                var batch = stream;
                sender.TryRepeat((number, block) => batch.Add(new LaneBlock(number, block)));
                await FlushAsync(stream, isLast: false, cancel);
            }

            for (var at = 0; at < frames.Length;)
            {
                var isControl = at < control;
                var block = frames.Slice(at, BlockLength(frames.Span[at..(isControl ? control : frames.Length)]));
                at += block.Length;
                if (block.Length + LaneBlock.PrefixBytes > WireLimits.BodyBytes)
                {
                    // Only a control frame can be so long, and none of that kind depends on the order.
                    (stream ??= new FrameBatch()).AddEncoded(block.Span);
                    await FlushAsync(stream, isLast: false, cancel);
                }
                else if (!sender.TrySend(block.Span, isControl, out var number))
                {
                    (stream ??= new FrameBatch()).Add(new LaneBlock(number, block.Span));
                    await FlushAsync(stream, isLast: false, cancel);
                }
            }

            if (stream is not null)
            {
                await FlushAsync(stream, isLast: true, cancel);
            }
        }
        finally
        {
            stream?.Dispose();
        }
    }

    /// <summary>Looks after the last block; called several times a second.</summary>
    public void Tick() => _sender?.Tick();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _transport.Datagram = null;
            _timer?.Dispose();
            _sender?.Dispose();
            _receiver?.Dispose();
        }
    }

    private void OnOpen(in LaneOpen open)
    {
        // A newer version of the lane than this node knows: it goes on without.
        if (open.Version != LaneLimits.Version || _transport.MaxDatagram < LaneLimits.LeastDatagramBytes)
        {
            return;
        }

        lock (_gate)
        {
            if (_sender is not null)
            {
                throw new WireException("A lane was asked for twice.");
            }

            _sender = _disposed ? null : new LaneSender(_transport.MaxDatagram, _time, _transport.TrySendDatagram);
        }
    }

    private void OnDatagram(ReadOnlySpan<byte> datagram)
    {
        if (_receiver!.Take(datagram))
        {
            _come.Set();
        }
    }

    private async ValueTask FlushAsync(FrameBatch stream, bool isLast, CancellationToken cancel)
    {
        if (stream.Length > 0 && (isLast || stream.IsFull))
        {
            await _transport.SendAsync(stream.Frames, cancel);
            stream.Clear();
        }
    }

    private static bool TakeBlock(ReadOnlySpan<byte> frames, FrameTaker take)
    {
        while (!frames.IsEmpty)
        {
            if (!Frame.TryRead(frames, out var type, out var header, out var length) || type == FrameType.LaneBlock)
            {
                throw new WireException("A block of a lane does not hold whole frames.");
            }

            if (!take(type, frames.Slice(header, length)))
            {
                return false;
            }

            frames = frames[(header + length)..];
        }

        return true;
    }

    // As many whole frames as fit a block; one frame at least.
    private static int BlockLength(ReadOnlySpan<byte> frames)
    {
        var length = 0;
        while (length < frames.Length && Frame.TryRead(frames[length..], out _, out var header, out var body) && (length == 0 || length + header + body <= LaneLimits.BlockBytes))
        {
            length += header + body;
        }

        return length;
    }
}
