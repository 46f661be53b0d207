namespace ClusterCast.Protocol.Wire;

/// <summary>Grants a subscription.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Run">The run that is served.</param>
/// <param name="Window">The first window that follows.</param>
public readonly record struct Subscribed(byte Channel, ulong Run, uint Window) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Subscribed;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U64(Run).U32(Window);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Subscribed Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Subscribed(reader.U8(), reader.U64(), reader.U32());
        reader.End();
        return message;
    }
}
