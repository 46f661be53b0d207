namespace ClusterCast.Protocol.Wire;

/// <summary>A block of a lane that cannot be rebuilt from what has come.</summary>
/// <param name="Block">The block.</param>
/// <param name="Shards">How many more shards are needed; 0 when nothing of the block has come, or when it is to come on the stream.</param>
public readonly record struct Resend(uint Block, byte Shards) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Resend;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U32(Block).U8(Shards);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Resend Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Resend(reader.U32(), reader.U8());
        reader.End();
        return message;
    }
}
