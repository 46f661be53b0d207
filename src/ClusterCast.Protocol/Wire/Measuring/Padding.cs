namespace ClusterCast.Protocol.Wire;

/// <summary>Bytes that measure a link and mean nothing.</summary>
/// <param name="last">1 on the last one, which asks for a Measured.</param>
/// <param name="bytes">The bytes; not copied.</param>
public readonly ref struct Padding(byte last, ReadOnlySpan<byte> bytes) : IMessage
{
    /// <summary>1 on the last one.</summary>
    public byte Last { get; } = last;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public FrameType Type => FrameType.Padding;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Last).Raw(Bytes);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Padding Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var last = reader.U8();
        return last <= 1 ? new Padding(last, reader.Rest()) : throw new WireException($"Padding is marked {last}: 0 or 1 is expected.");
    }
}
