using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>Asks for a track.</summary>
/// <param name="Channel">Names the subscription on this connection; chosen by the subscriber.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Track">The track; 0 for any.</param>
/// <param name="Window">Window to resume in; 0 for the newest.</param>
/// <param name="Parts">Parts of that window that the subscriber holds.</param>
public readonly record struct Subscribe(byte Channel, StreamId Stream, ushort Track, uint Window, ushort Parts) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Subscribe;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).Stream(Stream).U16(Track).U32(Window).U16(Parts);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Subscribe Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Subscribe(reader.U8(), reader.Stream(), reader.U16(), reader.U32(), reader.U16());
        reader.End();
        return message;
    }
}
