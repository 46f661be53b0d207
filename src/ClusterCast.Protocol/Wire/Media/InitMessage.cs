namespace ClusterCast.Protocol.Wire;

/// <summary>The init segment of a track. <see cref="Bytes"/> is valid as long as the body it was read from.</summary>
public readonly ref struct InitMessage(byte channel, ulong run, ushort track, ReadOnlySpan<byte> bytes) : IMessage
{
    /// <summary>The subscription.</summary>
    public byte Channel { get; } = channel;

    /// <summary>The run, Unix ms.</summary>
    public ulong Run { get; } = run;

    /// <summary>The track.</summary>
    public ushort Track { get; } = track;

    /// <summary>The init segment.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public FrameType Type => FrameType.Init;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U64(Run).U16(Track).Raw(Bytes);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static InitMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return new InitMessage(reader.U8(), reader.U64(), reader.U16(), reader.Rest());
    }
}
