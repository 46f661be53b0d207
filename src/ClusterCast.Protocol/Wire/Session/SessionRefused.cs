namespace ClusterCast.Protocol.Wire;

/// <summary>A session that the relay does not take.</summary>
/// <param name="Code">Why.</param>
/// <param name="Reason">For people.</param>
public readonly record struct SessionRefused(PaymentRefusal Code, string Reason) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.SessionRefused;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U16((ushort)Code).Text(Reason);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static SessionRefused Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new SessionRefused((PaymentRefusal)reader.U16(), reader.Text());
        reader.End();
        return message;
    }
}
