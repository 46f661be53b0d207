using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A purse uses some relay no longer, as that relay says.</summary>
/// <param name="Purse">The viewing key.</param>
/// <param name="Relay">The node id of the relay that served.</param>
/// <param name="Nonce">That of the SessionOpen.</param>
/// <param name="Time">Unix ms.</param>
/// <param name="Signature">The relay's.</param>
public readonly record struct SessionEndMessage(Address Purse, Address Relay, Hash32 Nonce, ulong Time, Signature Signature) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.SessionEnd;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Address(Purse).Address(Relay).Hash(Nonce).U64(Time).Signature(Signature);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static SessionEndMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new SessionEndMessage(reader.Address(), reader.Address(), reader.Hash(), reader.U64(), reader.Signature());
        reader.End();
        return message;
    }
}
