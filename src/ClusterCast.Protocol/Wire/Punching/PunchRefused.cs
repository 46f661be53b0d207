namespace ClusterCast.Protocol.Wire;

/// <summary>A punch that the relay does not arrange.</summary>
/// <param name="Token">Names the attempt.</param>
/// <param name="Code">Why.</param>
public readonly record struct PunchRefused(ulong Token, PunchRefusal Code) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.PunchRefused;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U64(Token).U16((ushort)Code);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static PunchRefused Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new PunchRefused(reader.U64(), (PunchRefusal)reader.U16());
        reader.End();
        return message;
    }
}
