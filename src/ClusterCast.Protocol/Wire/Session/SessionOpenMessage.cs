using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A purse begins to use a relay.</summary>
/// <param name="Purse">The viewing key.</param>
/// <param name="Relay">The relay's node id.</param>
/// <param name="Nonce">Fresh.</param>
/// <param name="Time">Unix ms.</param>
/// <param name="Signature">The viewing key's.</param>
public readonly record struct SessionOpenMessage(Address Purse, Address Relay, Hash32 Nonce, ulong Time, Signature Signature) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.SessionOpen;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Address(Purse).Address(Relay).Hash(Nonce).U64(Time).Signature(Signature);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static SessionOpenMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new SessionOpenMessage(reader.Address(), reader.Address(), reader.Hash(), reader.U64(), reader.Signature());
        reader.End();
        return message;
    }
}
