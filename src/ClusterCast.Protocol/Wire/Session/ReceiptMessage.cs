using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A relay's statement of what it served.</summary>
/// <param name="Relay">The relay.</param>
/// <param name="Purse">The viewing key.</param>
/// <param name="HeadDigest">Digest of the last head.</param>
/// <param name="ServedRoot">Root that was served.</param>
/// <param name="ByteLength">Bytes served.</param>
/// <param name="Time">Unix ms.</param>
/// <param name="Signature">The relay's node key's.</param>
public readonly record struct ReceiptMessage(
    Address Relay, Address Purse, Hash32 HeadDigest, Hash32 ServedRoot, ulong ByteLength, ulong Time, Signature Signature) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Receipt;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Address(Relay).Address(Purse).Hash(HeadDigest).Hash(ServedRoot).U64(ByteLength).U64(Time).Signature(Signature);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static ReceiptMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new ReceiptMessage(reader.Address(), reader.Address(), reader.Hash(), reader.Hash(), reader.U64(), reader.U64(), reader.Signature());
        reader.End();
        return message;
    }
}
