using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A relay's conditions, its next commitment, and the acknowledgement of the ticket before.</summary>
/// <param name="Acked">Commitment of the acknowledged ticket; zero in the first offer.</param>
/// <param name="Stream">The stream that is paid.</param>
/// <param name="Terms">Version of the stream's terms.</param>
/// <param name="Price">Micro-USDC per 1e9 bytes.</param>
/// <param name="FaceValue">Micro-USDC.</param>
/// <param name="Commit">Commitment of the next ticket.</param>
/// <param name="TicketBytes">Bytes after which a ticket is due.</param>
/// <param name="CreditBytes">Unpaid bytes that the relay tolerates.</param>
public readonly record struct Offer(
    Hash32 Acked, StreamId Stream, uint Terms, ulong Price, uint FaceValue, Hash32 Commit, uint TicketBytes, uint CreditBytes) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Offer;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Hash(Acked).Stream(Stream).U32(Terms).U64(Price).U32(FaceValue).Hash(Commit).U32(TicketBytes).U32(CreditBytes);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Offer Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Offer(reader.Hash(), reader.Stream(), reader.U32(), reader.U64(), reader.U32(), reader.Hash(), reader.U32(), reader.U32());
        reader.End();
        return message;
    }
}
