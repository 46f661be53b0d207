namespace ClusterCast.Protocol.Wire;

/// <summary>A whole block of a lane on the stream. <see cref="Bytes"/> is valid as long as the body it was read from.</summary>
public readonly ref struct LaneBlock(uint block, ReadOnlySpan<byte> bytes) : IMessage
{
    /// <summary>Bytes of the body before the block's own.</summary>
    public const int PrefixBytes = 4;

    /// <summary>The block.</summary>
    public uint Block { get; } = block;

    /// <summary>Whole frames.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public FrameType Type => FrameType.LaneBlock;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U32(Block).Raw(Bytes);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static LaneBlock Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return new LaneBlock(reader.U32(), reader.Rest());
    }
}
