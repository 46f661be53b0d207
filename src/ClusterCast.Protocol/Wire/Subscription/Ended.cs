namespace ClusterCast.Protocol.Wire;

/// <summary>The run is over; nothing follows on this channel.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Run">The run.</param>
public readonly record struct Ended(byte Channel, ulong Run) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Ended;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U64(Run);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Ended Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Ended(reader.U8(), reader.U64());
        reader.End();
        return message;
    }
}
