namespace ClusterCast.Protocol.Wire;

/// <summary>Asks for so many bytes of padding and then a Measured.</summary>
/// <param name="ByteCount">0 asks for the time only.</param>
public readonly record struct Measure(uint ByteCount) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Measure;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U32(ByteCount);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Measure Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Measure(reader.U32());
        reader.End();
        return message;
    }
}
