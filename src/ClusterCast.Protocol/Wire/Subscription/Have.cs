using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>The windows of a track that the sender can give in full: up to 64, the newest one included.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Track">The track.</param>
/// <param name="Run">The run, Unix ms.</param>
/// <param name="Window">The newest window that is cached.</param>
/// <param name="Held">Bit <c>i</c>, the lowest being 0: window <c>Window - i</c> is closed and every leaf of it is cached.</param>
public readonly record struct Have(StreamId Stream, ushort Track, ulong Run, uint Window, ulong Held) : IMessage
{
    /// <summary>Windows that one message can name.</summary>
    public const int Windows = 64;

    /// <inheritdoc/>
    public FrameType Type => FrameType.Have;

    /// <summary>Whether a window is held.</summary>
    public bool Holds(uint window) => window <= Window && Window - window < Windows && (Held >> (int)(Window - window) & 1) != 0;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Stream(Stream).U16(Track).U64(Run).U32(Window).U64(Held);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Have Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Have(reader.Stream(), reader.U16(), reader.U64(), reader.U32(), reader.U64());
        reader.End();
        return message;
    }
}
