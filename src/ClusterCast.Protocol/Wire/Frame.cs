using System.Buffers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A message that can be a frame.</summary>
public interface IMessage
{
    /// <summary>Its type byte.</summary>
    FrameType Type { get; }

    /// <summary>Appends its body.</summary>
    void Write(BodyWriter body);
}

/// <summary>Frames: <c>type u8 | length varint | body</c>.</summary>
public static class Frame
{
    /// <summary>
    /// Finds the first frame of <paramref name="input"/>. Returns false when it is not complete yet. Throws <see cref="WireException"/> for a body of more than
    /// 65,536 bytes.
    /// </summary>
    /// <param name="input">Received bytes.</param>
    /// <param name="type">Type byte; may be unknown, then the frame is to be skipped.</param>
    /// <param name="header">Length of type and length.</param>
    /// <param name="length">Length of the body that follows the header.</param>
    public static bool TryRead(ReadOnlySpan<byte> input, out FrameType type, out int header, out int length)
    {
        type = default;
        header = 0;
        length = 0;
        if (input.Length < 2)
        {
            return false;
        }

        var size = Varint.Read(input[1..], out length);
        if (size == 0)
        {
            return false;
        }

        if (length > WireLimits.BodyBytes)
        {
            throw new WireException($"A body of {length} bytes is longer than {WireLimits.BodyBytes}.", WireFault.Huge);
        }

        type = (FrameType)input[0];
        header = 1 + size;
        return input.Length >= header + length;
    }

    /// <summary>Encodes a message as a frame of its own array. Throws <see cref="ArgumentException"/> for a body of more than 65,536 bytes.</summary>
    public static byte[] Encode<T>(in T message)
        where T : IMessage, allows ref struct
    {
        var body = new ArrayBufferWriter<byte>(256);
        message.Write(new BodyWriter(body));
        if (body.WrittenCount > WireLimits.BodyBytes)
        {
            throw new ArgumentException($"A body of {body.WrittenCount} bytes is longer than {WireLimits.BodyBytes}.", nameof(message));
        }

        var frame = new byte[1 + Varint.Size(body.WrittenCount) + body.WrittenCount];
        var header = WriteHeader(frame, message.Type, body.WrittenCount);
        body.WrittenSpan.CopyTo(frame.AsSpan(header));
        return frame;
    }

    /// <summary>Writes type and length and returns their length.</summary>
    public static int WriteHeader(Span<byte> output, FrameType type, int length)
    {
        output[0] = (byte)type;
        return 1 + Varint.Write(output[1..], length);
    }
}
