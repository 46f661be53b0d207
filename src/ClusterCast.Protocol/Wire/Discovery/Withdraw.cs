using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>The sender serves a track no longer.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Track">The track.</param>
public readonly record struct Withdraw(StreamId Stream, ushort Track) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Withdraw;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Stream(Stream).U16(Track);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Withdraw Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Withdraw(reader.Stream(), reader.U16());
        reader.End();
        return message;
    }
}
