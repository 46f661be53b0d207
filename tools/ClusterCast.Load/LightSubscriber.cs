using System.Security.Cryptography;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Load;

/// <summary>
/// A subscriber that takes, counts and pays, and trusts the relay: what a thousand of them need of this machine must not be what limits the relay. It hashes the
/// leaves on request.
/// </summary>
internal sealed class LightSubscriber(ITransport transport, Address relay, ulong chainId, TrackKey track, IPayingSessions payments, Tally tally, bool hash) : IFrameSink
{
    private const byte Channel = 1;
    private readonly Outbox _outbox = new(transport);
    private readonly TaskCompletionSource _welcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PlayoutClock _playout = new(Tally.BufferMs);
    private readonly Queue<(double Capture, long Left)> _parts = new();
    private IPayingSession? _session;
    private double _capture;
    private long _left;

    /// <summary>Ends when the relay has answered the handshake.</summary>
    public Task Welcome => _welcome.Task;

    /// <summary>Ends with the first complete part.</summary>
    public Task Flowing => _flowing.Task;

    /// <summary>Times that its picture stood still.</summary>
    public int Stalls => _playout.Stalls;

    /// <summary>Why it was refused the last time; null when it never was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Why it ended; null while it runs.</summary>
    public string? Ended { get; private set; }

    /// <summary>Says Hello and reads until the end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var nonce = new byte[Hash32.Size];
        RandomNumberGenerator.Fill(nonce);
        Send(new Hello(1, PeerRole.Viewer, chainId, Hash32.From(nonce)));
        var buffer = new byte[3 * WireLimits.BodyBytes];
        var filled = 0;
        try
        {
            while (await transport.ReceiveAsync(buffer.AsMemory(filled), stop) is var count and > 0)
            {
                filled += count;
                var taken = Take(buffer.AsSpan(0, filled));
                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }

            Ended ??= "The relay closed the connection.";
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or WireException)
        {
            Ended ??= e.Message;
        }

        var failure = new IOException(Ended);
        _welcome.TrySetException(failure);
        _flowing.TrySetException(failure);
        _ = _welcome.Task.Exception;
        _ = _flowing.Task.Exception;
    }

    /// <summary>Subscribes to the newest window.</summary>
    public void Subscribe()
    {
        Send(new Subscribe(Channel, track.Stream, track.Track, 0, 0));
        _session ??= payments.Open(new PayingContext(relay, null, track, this));
    }

    /// <summary>Counts stalls from now on.</summary>
    public void Restart() => _playout.Restart();

    /// <inheritdoc/>
    public void Send<T>(in T message)
        where T : IMessage, allows ref struct => _outbox.Send(Frame.Encode(message));

    // A relay that has just been told of the stream does not carry it yet.
    private async Task AskAgainAsync(Refused refused)
    {
        Refusal = refused.Reason;
        await Task.Delay((int)Math.Clamp(refused.RetryAfterMs, 200, 2_000));
        Subscribe();
    }

    private int Take(ReadOnlySpan<byte> input)
    {
        var taken = 0;
        while (Frame.TryRead(input[taken..], out var type, out var header, out var length))
        {
            OnFrame(type, input.Slice(taken + header, length));
            taken += header + length;
        }

        return taken;
    }

    private void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Welcome:
                _welcome.TrySetResult();
                break;
            case FrameType.Ping:
                Send(new Pong(Ping.Read(body).Value));
                break;
            case FrameType.Part:
                var part = PartMessage.Read(body);
                _parts.Enqueue((part.Time, part.ByteLength));
                break;
            case FrameType.Node:
                var node = NodeMessage.Read(body);
                _parts.Enqueue((node.Time, node.ByteLength));
                break;
            case FrameType.Leaf:
                OnLeaf(LeafMessage.Read(body));
                break;
            case FrameType.Offer or FrameType.TicketRefused or FrameType.SessionRefused:
                _session?.OnFrame(type, body);
                break;
            case FrameType.Refused:
                _ = AskAgainAsync(Refused.Read(body));
                break;
            case FrameType.Goodbye:
                Ended = $"Goodbye: {Goodbye.Read(body).Reason}";
                break;
        }
    }

    private void OnLeaf(LeafMessage leaf)
    {
        if (hash)
        {
            Span<byte> digest = stackalloc byte[32];
            SHA256.HashData(leaf.Bytes, digest);
        }

        tally.Leaf(leaf.Bytes.Length);
        _session?.OnVerified(leaf.Bytes.Length);
        if (_left <= 0 && _parts.TryDequeue(out var next))
        {
            (_capture, _left) = next;
        }

        _left -= leaf.Bytes.Length;
        if (_left != 0)
        {
            return;
        }

        var now = tally.NowMs;
        _playout.Arrived(now, _capture);
        tally.Part(now - _capture);
        _flowing.TrySetResult();
    }
}
