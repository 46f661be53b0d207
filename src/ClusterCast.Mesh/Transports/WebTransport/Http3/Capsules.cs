namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>
/// What follows on the stream of an extended CONNECT: DATA frames whose bytes are capsules (RFC 9297 §3.2). Only the one that closes the session means something
/// here; the others, as those of flow control between sessions, are passed over.
/// </summary>
internal sealed class Capsules(LaneReader reader)
{
    /// <summary>CLOSE_WEBTRANSPORT_SESSION (draft-ietf-webtrans-http3 §6).</summary>
    public const ulong CloseSession = 0x2843;

    /// <summary>A capsule may not be longer.</summary>
    public const ulong MaxBytes = 64 * 1024;

    // What is left of the DATA frame that is being read.
    private ulong _left;

    /// <summary>Ends when the peer has closed the session or its stream. Throws <see cref="Http3Exception"/>.</summary>
    public async Task ReadAsync(CancellationToken cancel)
    {
        while (await NextFrameAsync(cancel))
        {
            var type = await ReadVarintAsync(cancel);
            var length = await ReadVarintAsync(cancel);
            if (length > MaxBytes)
            {
                throw new Http3Exception(Http3Error.ExcessiveLoad, $"A capsule of type 0x{type:x} has {length} bytes.");
            }

            if (type == CloseSession)
            {
                return;
            }

            await SkipAsync(length, cancel);
        }
    }

    // True when a byte of a DATA frame can be read, false at the end of the stream.
    private async ValueTask<bool> NextFrameAsync(CancellationToken cancel)
    {
        while (_left == 0)
        {
            if (await Http3Frame.ReadAsync(reader, cancel) is not { } frame)
            {
                return false;
            }

            if (frame.Type == Http3FrameType.Data)
            {
                _left = frame.Length;
            }
            else if (frame.IsUnknown)
            {
                await frame.SkipAsync(reader, cancel);
            }
            else
            {
                throw new Http3Exception(Http3Error.FrameUnexpected, $"A frame of type 0x{(ulong)frame.Type:x} is not allowed in a session.");
            }
        }

        return true;
    }

    private async ValueTask<byte> ReadByteAsync(CancellationToken cancel)
    {
        if (!await NextFrameAsync(cancel))
        {
            throw new Http3Exception(Http3Error.Frame, "A stream ends inside a capsule.");
        }

        var one = new byte[1];
        await reader.ReadExactlyAsync(one, cancel);
        _left--;
        return one[0];
    }

    private async ValueTask<ulong> ReadVarintAsync(CancellationToken cancel)
    {
        var form = new byte[QuicVarint.MaxSize];
        form[0] = await ReadByteAsync(cancel);
        for (var i = 1; i < QuicVarint.SizeOf(form[0]); i++)
        {
            form[i] = await ReadByteAsync(cancel);
        }

        QuicVarint.Read(form, out var value);
        return value;
    }

    private async ValueTask SkipAsync(ulong count, CancellationToken cancel)
    {
        while (count > 0)
        {
            if (!await NextFrameAsync(cancel))
            {
                throw new Http3Exception(Http3Error.Frame, "A stream ends inside a capsule.");
            }

            var step = Math.Min(count, _left);
            await reader.SkipAsync(step, cancel);
            _left -= step;
            count -= step;
        }
    }
}
