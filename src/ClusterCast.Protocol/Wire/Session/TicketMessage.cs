using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A payment.</summary>
/// <param name="Relay">The relay.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Terms">Version of the terms.</param>
/// <param name="Commit">The relay's commitment.</param>
/// <param name="Salt">The viewer's randomness.</param>
/// <param name="FaceValue">Micro-USDC.</param>
/// <param name="WinProbability">Times 2^64.</param>
/// <param name="Epoch">Epoch number.</param>
/// <param name="Bytes">Verified bytes that it pays for.</param>
/// <param name="Signature">The viewing key's.</param>
public readonly record struct TicketMessage(
    Address Relay, StreamId Stream, uint Terms, Hash32 Commit, UInt128 Salt, uint FaceValue, ulong WinProbability, uint Epoch, uint Bytes, Signature Signature) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Ticket;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Address(Relay).Stream(Stream).U32(Terms).Hash(Commit).U128(Salt).U32(FaceValue).U64(WinProbability).U32(Epoch).U32(Bytes).Signature(Signature);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static TicketMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new TicketMessage(reader.Address(), reader.Stream(), reader.U32(), reader.Hash(), reader.U128(), reader.U32(), reader.U64(), reader.U32(), reader.U32(), reader.Signature());
        reader.End();
        return message;
    }
}
