using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>Asks for parts of a window that the other side has cached. The answer comes on a channel of its own and after live media.</summary>
/// <param name="Channel">Names the answer on this connection; chosen by the asker among the channels that it does not use.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Track">The track.</param>
/// <param name="Run">The run, Unix ms; 0 for the newest.</param>
/// <param name="Window">The window.</param>
/// <param name="Part">First part whose leaves are wanted.</param>
/// <param name="Parts">Number of such parts; 0 for all that follow.</param>
public readonly record struct Fetch(byte Channel, StreamId Stream, ushort Track, ulong Run, uint Window, ushort Part, ushort Parts) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Fetch;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).Stream(Stream).U16(Track).U64(Run).U32(Window).U16(Part).U16(Parts);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Fetch Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Fetch(reader.U8(), reader.Stream(), reader.U16(), reader.U64(), reader.U32(), reader.U16(), reader.U16());
        reader.End();
        return message;
    }
}
