namespace ClusterCast.Protocol.Wire;

/// <summary>Last frame before closing.</summary>
/// <param name="Code">Why.</param>
/// <param name="Reason">For people.</param>
public readonly record struct Goodbye(GoodbyeCode Code, string Reason) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Goodbye;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U16((ushort)Code).Text(Reason);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Goodbye Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Goodbye((GoodbyeCode)reader.U16(), reader.Text());
        reader.End();
        return message;
    }
}
