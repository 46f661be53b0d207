using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Wire;

/// <summary>A head without a new part.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Window">The window.</param>
/// <param name="Count">Parts under it.</param>
/// <param name="Time">Unix ms.</param>
/// <param name="Flags">Properties.</param>
/// <param name="Signature">The signing key's.</param>
public readonly record struct HeadMessage(byte Channel, uint Window, ushort Count, ulong Time, HeadFlags Flags, Signature Signature) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Head;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U32(Window).U16(Count).U64(Time).U8((byte)Flags).Signature(Signature);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static HeadMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new HeadMessage(reader.U8(), reader.U32(), reader.U16(), reader.U64(), (HeadFlags)reader.U8(), reader.Signature());
        reader.End();
        return message;
    }
}
