namespace ClusterCast.Protocol.Wire;

/// <summary>Asks the receiver to send over a lane (spec/lane.md) from now on.</summary>
/// <param name="Version">1.</param>
public readonly record struct LaneOpen(byte Version) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.LaneOpen;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Version);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static LaneOpen Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new LaneOpen(reader.U8());
        reader.End();
        return message;
    }
}
