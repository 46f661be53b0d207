using System.Buffers.Binary;

namespace ClusterCast.Media.Cmaf;

/// <summary>Writes ISO BMFF boxes (ISO/IEC 14496-12, 4.2) into a buffer that is large enough.</summary>
internal ref struct BoxWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Position { get; private set; }

    /// <summary>Begins a box; give the result to <see cref="End"/>.</summary>
    public int Begin(ReadOnlySpan<byte> type)
    {
        var start = Position;
        UInt32(0);
        Bytes(type);
        return start;
    }

    /// <summary>Begins a full box: with version and flags.</summary>
    public int BeginFull(ReadOnlySpan<byte> type, byte version, uint flags)
    {
        var start = Begin(type);
        UInt32((uint)version << 24 | flags);
        return start;
    }

    public readonly void End(int start) => BinaryPrimitives.WriteUInt32BigEndian(_buffer[start..], (uint)(Position - start));

    /// <summary>Sets an earlier 32 bit field.</summary>
    public readonly void Patch(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_buffer[at..], value);

    public void UInt8(int value) => _buffer[Position++] = (byte)value;

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[Position..], (ushort)value);
        Position += 2;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Position..], value);
        Position += 4;
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer[Position..], value);
        Position += 8;
    }

    public void Zeros(int count)
    {
        _buffer.Slice(Position, count).Clear();
        Position += count;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Position..]);
        Position += bytes.Length;
    }

    /// <summary>Text and its closing zero.</summary>
    public void Text(string text)
    {
        Position += System.Text.Encoding.UTF8.GetBytes(text, _buffer[Position..]);
        UInt8(0);
    }
}
