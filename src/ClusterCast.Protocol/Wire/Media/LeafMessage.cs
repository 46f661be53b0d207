namespace ClusterCast.Protocol.Wire;

/// <summary>Bytes of one leaf. <see cref="Bytes"/> is valid as long as the body it was read from.</summary>
public readonly ref struct LeafMessage(byte channel, uint window, ushort part, byte leaf, ReadOnlySpan<byte> bytes) : IMessage
{
    /// <summary>Bytes of the body before the leaf's own: a relay writes them for each subscriber and shares the rest.</summary>
    public const int PrefixBytes = 8;

    /// <summary>The subscription.</summary>
    public byte Channel { get; } = channel;

    /// <summary>The window.</summary>
    public uint Window { get; } = window;

    /// <summary>The part.</summary>
    public ushort Part { get; } = part;

    /// <summary>The leaf within the part.</summary>
    public byte Leaf { get; } = leaf;

    /// <summary>1 to 16,384 bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public FrameType Type => FrameType.Leaf;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U32(Window).U16(Part).U8(Leaf).Raw(Bytes);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static LeafMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return new LeafMessage(reader.U8(), reader.U32(), reader.U16(), reader.U8(), reader.Rest());
    }
}
