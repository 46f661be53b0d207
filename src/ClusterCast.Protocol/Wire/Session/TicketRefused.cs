using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>A payment that the relay does not take.</summary>
/// <param name="Commit">Commitment of the ticket.</param>
/// <param name="Code">Why.</param>
/// <param name="Reason">For people.</param>
public readonly record struct TicketRefused(Hash32 Commit, PaymentRefusal Code, string Reason) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.TicketRefused;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.Hash(Commit).U16((ushort)Code).Text(Reason);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static TicketRefused Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new TicketRefused(reader.Hash(), (PaymentRefusal)reader.U16(), reader.Text());
        reader.End();
        return message;
    }
}
