namespace ClusterCast.Protocol.Wire;

/// <summary>Answers a Ping.</summary>
/// <param name="Value">That of the Ping.</param>
public readonly record struct Pong(ulong Value) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Pong;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U64(Value);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Pong Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Pong(reader.U64());
        reader.End();
        return message;
    }
}
