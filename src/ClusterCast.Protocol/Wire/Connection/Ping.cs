namespace ClusterCast.Protocol.Wire;

/// <summary>Asks for a Pong with the same value.</summary>
/// <param name="Value">Any.</param>
public readonly record struct Ping(ulong Value) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Ping;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U64(Value);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Ping Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Ping(reader.U64());
        reader.End();
        return message;
    }
}
