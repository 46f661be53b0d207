namespace ClusterCast.Protocol.Wire;

/// <summary>What has come over a lane.</summary>
/// <param name="Next">The first block that has not been handed up yet.</param>
/// <param name="Received">Shards that came since the last report, each once, of blocks that are settled.</param>
/// <param name="Lost">Shards of the same blocks that did not come.</param>
public readonly record struct LaneReport(uint Next, uint Received, uint Lost) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.LaneReport;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U32(Next).U32(Received).U32(Lost);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static LaneReport Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new LaneReport(reader.U32(), reader.U32(), reader.U32());
        reader.End();
        return message;
    }
}
