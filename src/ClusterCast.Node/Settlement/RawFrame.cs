using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Settlement;

/// <summary>A frame that payments encoded already, on its way into the mesh.</summary>
internal readonly struct RawFrame(byte[] frame) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => (FrameType)frame[0];

    /// <inheritdoc/>
    public void Write(BodyWriter body)
    {
        if (!Frame.TryRead(frame, out _, out var header, out var length))
        {
            throw new ArgumentException("The frame is not complete.");
        }

        body.Raw(frame.AsSpan(header, length));
    }
}
