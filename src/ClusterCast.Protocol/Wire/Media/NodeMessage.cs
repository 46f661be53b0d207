using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Wire;

/// <summary>A part node whose head follows with a later part.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Window">The window.</param>
/// <param name="Part">Place of the part in the window.</param>
/// <param name="Time">Capture time of the part, Unix ms.</param>
/// <param name="Flags">Properties of the part.</param>
/// <param name="ByteLength">Bytes of the part.</param>
/// <param name="Leaves">Leaf hashes.</param>
public readonly record struct NodeMessage(
    byte Channel, uint Window, ushort Part, ulong Time, PartFlags Flags, uint ByteLength, Hash32[] Leaves) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Node;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body
        .U8(Channel).U32(Window).U16(Part).U64(Time).U8((byte)Flags).U32(ByteLength).Hashes(Leaves);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static NodeMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return new NodeMessage(
            reader.U8(), reader.U32(), reader.U16(), reader.U64(), (PartFlags)reader.U8(), reader.U32(), reader.RestHashes(WindowLimits.LeavesPerPart));
    }
}
