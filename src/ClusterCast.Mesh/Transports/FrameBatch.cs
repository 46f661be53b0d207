using System.Buffers;
using System.Runtime.InteropServices;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Quic.Native;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// Whole frames on their way into one write. The buffer is rented while there is something to send. A leaf's bytes are copied here, or stay where they are in memory
/// that the transport sends from (<see cref="TryAddShared"/>).
/// </summary>
internal sealed class FrameBatch : IBufferWriter<byte>, IDisposable
{
    /// <summary>A write is not filled beyond this, so that control frames never wait behind much media.</summary>
    private const int FullAt = 60 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FullAt + WireLimits.HeaderBytes + WireLimits.BodyBytes);
    private readonly List<SharedPiece> _shared = [];
    private int _length;
    private int _sharedBytes;

    /// <summary>Bytes written.</summary>
    public int Length => _length + _sharedBytes;

    /// <summary>Whether the batch should be sent before more is added. Below it any one frame fits.</summary>
    public bool IsFull => Length > FullAt;

    /// <summary>Whether the transport that the batch is for sends from shared memory.</summary>
    public bool TakesShared { get; set; }

    /// <summary>The frames, all of them copied.</summary>
    public ReadOnlyMemory<byte> Frames
    {
        get
        {
            CopyShared();
            return _buffer.AsMemory(0, _length);
        }
    }

    /// <summary>The bytes of the frames that are not shared.</summary>
    public ReadOnlySpan<byte> Own => _buffer.AsSpan(0, _length);

    /// <summary>The frames that are shared, in order, each with the number of own bytes before it.</summary>
    public ReadOnlySpan<SharedPiece> Shared => CollectionsMarshal.AsSpan(_shared);

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        foreach (var piece in _shared)
        {
            Slab.Release(piece.Slab);
        }

        _shared.Clear();
        _sharedBytes = 0;
        _length = 0;
    }

    /// <summary>Appends a frame without copying it; false when the batch takes none, or the frame is disposed.</summary>
    public bool TryAddShared(SharedFrame? frame)
    {
        if (!TakesShared || frame is null || frame.Take() is var slab && slab == 0)
        {
            return false;
        }

        _shared.Add(new SharedPiece(_length, slab, frame.Length));
        _sharedBytes += frame.Length;
        return true;
    }

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
        Clear();
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
    private void CopyShared()
    {
        if (_shared.Count == 0)
        {
            return;
        }

        var (all, taken, at) = (ArrayPool<byte>.Shared.Rent(_buffer.Length), 0, 0);
        foreach (var piece in _shared)
        {
            Own[taken..piece.At].CopyTo(all.AsSpan(at));
            at += piece.At - taken;
            taken = piece.At;
            Slab.Bytes(piece.Slab, 0, piece.Length).CopyTo(all.AsSpan(at));
            at += piece.Length;
        }

        Own[taken..].CopyTo(all.AsSpan(at));
        at += _length - taken;
        ArrayPool<byte>.Shared.Return(_buffer);
        Clear();
        (_buffer, _length) = (all, at);
    }
}

/// <summary>A shared frame in a batch.</summary>
/// <param name="At">Own bytes of the batch before it.</param>
/// <param name="Slab">Its memory; the batch holds a reference.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct SharedPiece(int At, nint Slab, int Length);
