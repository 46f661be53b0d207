namespace ClusterCast.Protocol.Wire;

/// <summary>Ends a subscription.</summary>
/// <param name="Channel">The subscription.</param>
public readonly record struct Unsubscribe(byte Channel) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Unsubscribe;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Unsubscribe Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Unsubscribe(reader.U8());
        reader.End();
        return message;
    }
}
