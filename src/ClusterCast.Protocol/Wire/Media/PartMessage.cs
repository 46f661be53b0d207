using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Wire;

/// <summary>A part node with the head over the parts up to it, whose time is the part's.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Window">The window.</param>
/// <param name="Part">Place of the part in the window.</param>
/// <param name="Time">Capture time of the part and time of the head, Unix ms.</param>
/// <param name="Flags">Properties of the part.</param>
/// <param name="ByteLength">Bytes of the part.</param>
/// <param name="HeadFlags">Properties of the head.</param>
/// <param name="Signature">The signing key's, over the head.</param>
/// <param name="Leaves">Leaf hashes.</param>
public readonly record struct PartMessage(
    byte Channel, uint Window, ushort Part, ulong Time, PartFlags Flags, uint ByteLength, HeadFlags HeadFlags, Signature Signature, Hash32[] Leaves) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Part;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body
        .U8(Channel).U32(Window).U16(Part).U64(Time).U8((byte)Flags).U32(ByteLength).U8((byte)HeadFlags).Signature(Signature).Hashes(Leaves);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static PartMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return new PartMessage(
            reader.U8(), reader.U32(), reader.U16(), reader.U64(), (PartFlags)reader.U8(), reader.U32(), (HeadFlags)reader.U8(), reader.Signature(),
            reader.RestHashes(WindowLimits.LeavesPerPart));
    }
}
