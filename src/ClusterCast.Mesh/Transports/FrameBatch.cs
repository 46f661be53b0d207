using System.Buffers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// Whole frames on their way into one write. The buffer is rented while there is something to send; a leaf's bytes are copied here once and nowhere else.
/// </summary>
internal sealed class FrameBatch : IBufferWriter<byte>, IDisposable
{
    /// <summary>A write is not filled beyond this, so that control frames never wait behind much media.</summary>
    private const int FullAt = 60 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FullAt + WireLimits.HeaderBytes + WireLimits.BodyBytes);
    private int _length;

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>Whether the batch should be sent before more is added. Below it any one frame fits.</summary>
    public bool IsFull => _length > FullAt;

    /// <summary>The frames.</summary>
    public ReadOnlyMemory<byte> Frames => _buffer.AsMemory(0, _length);

    /// <summary>Starts anew.</summary>
    public void Clear() => _length = 0;

    /// <summary>Appends an encoded frame.</summary>
    public void AddEncoded(ReadOnlySpan<byte> frame)
    {
        frame.CopyTo(_buffer.AsSpan(_length));
        _length += frame.Length;
    }

    /// <summary>Appends a message as a frame.</summary>
    public void Add<T>(in T message)
        where T : IMessage, allows ref struct
    {
        // The length is known only after the body; the body moves back over what the header does not need.
        var start = _length;
        _length += WireLimits.HeaderBytes;
        message.Write(new BodyWriter(this));
        var body = _length - start - WireLimits.HeaderBytes;
        var header = Frame.WriteHeader(_buffer.AsSpan(start), message.Type, body);
        _buffer.AsSpan(start + WireLimits.HeaderBytes, body).CopyTo(_buffer.AsSpan(start + header));
        _length = start + header + body;
    }

    /// <summary>Appends a leaf and returns the copy of its bytes.</summary>
    public Span<byte> AddLeaf(byte channel, uint window, ushort part, byte leaf, ReadOnlySpan<byte> bytes)
    {
        _length += Frame.WriteHeader(_buffer.AsSpan(_length), FrameType.Leaf, LeafMessage.PrefixBytes + bytes.Length);
        new LeafMessage(channel, window, part, leaf, bytes).Write(new BodyWriter(this));
        return _buffer.AsSpan(_length - bytes.Length, bytes.Length);
    }

    /// <summary>Takes the last <paramref name="count"/> bytes back.</summary>
    public void TakeBack(int count) => _length -= count;

    /// <inheritdoc/>
    public void Advance(int count) => _length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.AsMemory(_length);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _buffer.AsSpan(_length);

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
