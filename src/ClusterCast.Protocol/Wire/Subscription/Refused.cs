namespace ClusterCast.Protocol.Wire;

/// <summary>Refuses a subscription.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Code">Why.</param>
/// <param name="RetryAfterMs">When to ask again, ms; 0 for never.</param>
/// <param name="Reason">For people.</param>
public readonly record struct Refused(byte Channel, RefusalCode Code, uint RetryAfterMs, string Reason) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Refused;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U16((ushort)Code).U32(RetryAfterMs).Text(Reason);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Refused Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Refused(reader.U8(), (RefusalCode)reader.U16(), reader.U32(), reader.Text());
        reader.End();
        return message;
    }
}
