using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>The viewer has finished.</summary>
/// <param name="Purse">The viewing key.</param>
public readonly record struct SessionClose(Address Purse) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.SessionClose;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Address(Purse);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static SessionClose Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new SessionClose(reader.Address());
        reader.End();
        return message;
    }
}
