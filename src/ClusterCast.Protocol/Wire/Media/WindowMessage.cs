using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>Opens a window.</summary>
/// <param name="Channel">The subscription.</param>
/// <param name="Window">Its number.</param>
/// <param name="Prev">Digest of the last head of the window before; zero in the first.</param>
public readonly record struct WindowMessage(byte Channel, uint Window, Hash32 Prev) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Window;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => body.U8(Channel).U32(Window).Hash(Prev);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static WindowMessage Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var message = new WindowMessage(reader.U8(), reader.U32(), reader.Hash());
        reader.End();
        return message;
    }
}
