namespace ClusterCast.Protocol.Wire;

/// <summary>Tells the dialing side the address that its packets come from.</summary>
/// <param name="Seen">As the accepting side sees it.</param>
public readonly record struct Observed(NetAddress Seen) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Observed;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U128(Seen.Address).U16(Seen.Port);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Observed Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Observed(new NetAddress(reader.U128(), reader.U16()));
        reader.End();
        return message;
    }
}
