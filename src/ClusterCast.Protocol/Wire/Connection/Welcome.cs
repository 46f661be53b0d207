using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>First frame of the accepting side.</summary>
/// <param name="Version">Protocol version, 1.</param>
/// <param name="Node">Its node id.</param>
/// <param name="Proof">Its NodeProof over the nonce of Hello.</param>
public readonly record struct Welcome(ushort Version, Address Node, Signature Proof) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Welcome;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U16(Version).Address(Node).Signature(Proof);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Welcome Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Welcome(reader.U16(), reader.Address(), reader.Signature());
        reader.End();
        return message;
    }
}
