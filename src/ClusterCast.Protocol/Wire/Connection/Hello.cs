using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>First frame of the dialing side.</summary>
/// <param name="Version">Protocol version, 1.</param>
/// <param name="Role">What the dialing side is.</param>
/// <param name="ChainId">EIP-155 chain id of its deployment.</param>
/// <param name="Nonce">Random; the other side proves its node id over it.</param>
public readonly record struct Hello(ushort Version, PeerRole Role, ulong ChainId, Hash32 Nonce) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Hello;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U16(Version).U8((byte)Role).U64(ChainId).Hash(Nonce);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Hello Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new Hello(reader.U16(), (PeerRole)reader.U8(), reader.U64(), reader.Hash());
        reader.End();
        return message;
    }
}
