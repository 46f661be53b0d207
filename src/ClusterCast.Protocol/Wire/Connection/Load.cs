namespace ClusterCast.Protocol.Wire;

/// <summary>How full a relay is, so that newcomers go where there is room.</summary>
/// <param name="Percent">0 for idle to 100 for full; more counts as 100.</param>
public readonly record struct Load(byte Percent) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Load;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Percent);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Load Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Load(reader.U8());
        reader.End();
        return message;
    }
}
