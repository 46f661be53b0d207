namespace ClusterCast.Protocol.Wire;

/// <summary>Tells the requester where and when to dial.</summary>
/// <param name="Token">Names the attempt.</param>
/// <param name="Seen">Where the relay sees the other peer.</param>
/// <param name="StartMicros">Time to wait before dialing.</param>
public readonly record struct PunchGo(ulong Token, NetAddress Seen, uint StartMicros) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.PunchGo;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U64(Token).U128(Seen.Address).U16(Seen.Port).U32(StartMicros);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static PunchGo Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new PunchGo(reader.U64(), new NetAddress(reader.U128(), reader.U16()), reader.U32());
        reader.End();
        return message;
    }
}
