namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>
/// The peer's unidirectional streams. Its control stream and its QPACK streams come once each and stay open; what they may say changes nothing here, as no table
/// is kept and nothing is pushed.
/// </summary>
internal sealed class ControlStreams
{
    private readonly Lock _gate = new();
    private readonly HashSet<UnidirectionalStream> _open = [];

    /// <summary>Reads one to its end. Throws <see cref="Http3Exception"/>, or <see cref="Http3StreamException"/> for a stream that is not taken.</summary>
    public async Task ReadAsync(IQuicLane lane, CancellationToken cancel)
    {
        var reader = new LaneReader(lane);
        var type = (UnidirectionalStream?)await reader.ReadVarintAsync(cancel);
        switch (type)
        {
            case null:
                return;
            case UnidirectionalStream.Push:
                throw new Http3Exception(Http3Error.StreamCreation, "A client cannot push.");
            case UnidirectionalStream.Control:
                Open(type.Value);
                await ReadControlAsync(reader, cancel);
                break;
            case UnidirectionalStream.QpackEncoder:
                Open(type.Value);
                await ReadInstructionsAsync(reader, cancel, IsSetCapacityZero, Http3Error.QpackEncoderStream);
                break;
            case UnidirectionalStream.QpackDecoder:
                Open(type.Value);
                await ReadInstructionsAsync(reader, cancel, IsCancellation, Http3Error.QpackDecoderStream);
                break;
            case UnidirectionalStream.WebTransport:
                throw new Http3StreamException(Http3Error.BufferedStreamRejected, "A session has one stream, and that goes both ways.");
            default:
                throw new Http3StreamException(Http3Error.StreamCreation, "The kind of the stream is not known.");
        }

        throw new Http3Exception(Http3Error.ClosedCriticalStream, $"The peer ended its {type} stream.");
    }

    private static async Task ReadControlAsync(LaneReader reader, CancellationToken cancel)
    {
        if (await Http3Frame.ReadAsync(reader, cancel) is not { Type: Http3FrameType.Settings } settings)
        {
            throw new Http3Exception(Http3Error.MissingSettings, "The control stream does not begin with SETTINGS.");
        }

        var payload = await PayloadAsync(settings, reader, cancel);
        Http3Settings.Check(payload);
        while (await Http3Frame.ReadAsync(reader, cancel) is { } frame)
        {
            if (frame.IsUnknown)
            {
                await frame.SkipAsync(reader, cancel);
            }
            else if (frame.Type is Http3FrameType.GoAway or Http3FrameType.MaxPushId or Http3FrameType.CancelPush)
            {
                var body = await PayloadAsync(frame, reader, cancel);
                if (body.Length == 0 || QuicVarint.Read(body, out _) != body.Length)
                {
                    throw new Http3Exception(Http3Error.Frame, $"A {frame.Type} frame does not hold one integer.");
                }
            }
            else
            {
                throw new Http3Exception(Http3Error.FrameUnexpected, $"A frame of type 0x{(ulong)frame.Type:x} is not allowed on the control stream.");
            }
        }
    }

    private static async ValueTask<byte[]> PayloadAsync(Http3Frame frame, LaneReader reader, CancellationToken cancel)
    {
        if (frame.Length > Http3Settings.MaxBytes)
        {
            throw new Http3Exception(Http3Error.ExcessiveLoad, $"A {frame.Type} frame has {frame.Length} bytes.");
        }

        var payload = new byte[frame.Length];
        await reader.ReadExactlyAsync(payload, cancel);
        return payload;
    }

    private static async Task ReadInstructionsAsync(LaneReader reader, CancellationToken cancel, Func<byte, bool, bool> isAllowed, Http3Error error)
    {
        var piece = new byte[16];
        var inside = false;
        while (await reader.ReadAsync(piece, cancel) is var count and > 0)
        {
            foreach (var next in piece.AsSpan(0, count))
            {
                if (!isAllowed(next, inside))
                {
                    throw new Http3Exception(error, "A table of capacity 0 takes no such instruction.");
                }

                inside = inside ? next >= 0x80 : (next & 0x3F) == 0x3F;
            }
        }
    }

    // RFC 9204 §4.3.1; the capacity that was offered is 0.
    private static bool IsSetCapacityZero(byte next, bool inside) => !inside && next == 0b0010_0000;

    // RFC 9204 §4.4.2: 01, then the stream id by a prefix of 6 bits.
    private static bool IsCancellation(byte next, bool inside) => inside || next >> 6 == 0b01;

    private void Open(UnidirectionalStream type)
    {
        lock (_gate)
        {
            if (!_open.Add(type))
            {
                throw new Http3Exception(Http3Error.StreamCreation, $"A second {type} stream.");
            }
        }
    }
}
