namespace ClusterCast.Protocol.Wire;

/// <summary>Answers a Measure and the last Padding.</summary>
/// <param name="ByteCount">Bytes of padding that were sent or received; 0 when the other side measures for others now.</param>
/// <param name="Micros">Time from the first to the last byte received; 0 when they were sent.</param>
/// <param name="Time">The sender's clock, Unix ms.</param>
public readonly record struct Measured(uint ByteCount, uint Micros, ulong Time) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Measured;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U32(ByteCount).U32(Micros).U64(Time);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Measured Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Measured(reader.U32(), reader.U32(), reader.U64());
        reader.End();
        return message;
    }
}
