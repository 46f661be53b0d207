using ClusterCast.Protocol.Evidence;

namespace ClusterCast.Protocol.Wire;

/// <summary>Signed bytes that prove an offence. Whoever receives them decides for itself.</summary>
/// <param name="Offence">The offence.</param>
public readonly record struct EvidenceMessage(Offence Offence) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Evidence;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => EvidenceCodec.Write(body, Offence);

    /// <summary>Reads a body. Throws <see cref="WireException"/>. Nothing is decided.</summary>
    public static EvidenceMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new EvidenceMessage(EvidenceCodec.Read(ref reader));
        reader.End();
        return message;
    }
}
