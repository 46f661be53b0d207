using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>Asks a relay to arrange a direct connection to another of its peers.</summary>
/// <param name="Token">Names the attempt; the requester's choice.</param>
/// <param name="Node">The other peer.</param>
public readonly record struct PunchRequest(ulong Token, Address Node) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.PunchRequest;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U64(Token).Address(Node);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static PunchRequest Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new PunchRequest(reader.U64(), reader.Address());
        reader.End();
        return message;
    }
}
