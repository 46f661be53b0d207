using System.Buffers;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>Takes one frame of the peer; false when nothing after it is to be read.</summary>
internal delegate bool FrameTaker(FrameType type, ReadOnlySpan<byte> body);

/// <summary>
/// The receiving side of one connection: cuts the transport's bytes into frames. Its buffer grows with what comes, so that a thousand subscribers who only
/// acknowledge hold little; it holds at most two frames.
/// </summary>
internal sealed class FrameReceiver(ITransport transport, TimeProvider time, FrameTaker take)
{
    private const int LeastBytes = 2 * 1024;
    private const int MostBytes = 2 * WireLimits.BodyBytes;

    private long _begunAt;

    /// <summary>Bytes read from the transport.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Whether the peer has ended its side.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>For how long a frame has begun and not ended; zero between frames.</summary>
    public TimeSpan InsideFor => Volatile.Read(ref _begunAt) is var at and not 0 ? time.GetElapsedTime(at) : TimeSpan.Zero;

    /// <summary>Whether a frame has begun and not ended.</summary>
    public bool IsInside => Volatile.Read(ref _begunAt) != 0;

    /// <summary>Reads until the peer ends, or until a frame is not taken. Throws <see cref="WireException"/> and what the transport or the taker throws.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LeastBytes);
        try
        {
            var filled = 0;
            while (true)
            {
                var room = buffer.Length - filled;
                var count = await transport.ReceiveAsync(buffer.AsMemory(filled), stop);
                if (count == 0)
                {
                    IsAtEnd = true;
                    return;
                }

                ReceivedBytes += count;
                filled += count;
                var taken = Cut(buffer.AsSpan(0, filled));
                if (taken < 0)
                {
                    return;
                }

                filled -= taken;
                if (filled == 0 || taken > 0 || !IsInside)
                {
                    Volatile.Write(ref _begunAt, filled == 0 ? 0 : time.GetTimestamp());
                }

                var size = count == room ? buffer.Length * 4 : count < buffer.Length / 16 && filled < buffer.Length / 16 ? buffer.Length / 4 : buffer.Length;
                size = Math.Clamp(size, LeastBytes, MostBytes);
                if (size == buffer.Length)
                {
                    buffer.AsSpan(taken, filled).CopyTo(buffer);
                    continue;
                }

                var next = ArrayPool<byte>.Shared.Rent(size);
                buffer.AsSpan(taken, filled).CopyTo(next);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = next;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads on without looking. Closing with unread bytes would reset the connection and lose the Goodbye on its way.</summary>
    public async Task DiscardAsync(CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (!IsAtEnd)
        {
            IsAtEnd = await transport.ReceiveAsync(buffer, stop) == 0;
        }
    }

    private int Cut(ReadOnlySpan<byte> input)
    {
        var taken = 0;
        Wakes.Hold();
        try
        {
            while (Frame.TryRead(input[taken..], out var type, out var header, out var length))
            {
                var body = input.Slice(taken + header, length);
                taken += header + length;
                if (!take(type, body))
                {
                    return -1;
                }
            }
        }
        finally
        {
            Wakes.Release();
        }

        return taken;
    }
}
