using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>Appends the fields of a body to a buffer.</summary>
public readonly struct BodyWriter(IBufferWriter<byte> output)
{
    /// <summary>One byte.</summary>
    public BodyWriter U8(byte value)
    {
        output.GetSpan(1)[0] = value;
        return Advance(1);
    }

    /// <summary>Two bytes.</summary>
    public BodyWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), value);
        return Advance(2);
    }

    /// <summary>Four bytes.</summary>
    public BodyWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(4), value);
        return Advance(4);
    }

    /// <summary>Eight bytes.</summary>
    public BodyWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(8), value);
        return Advance(8);
    }

    /// <summary>Sixteen bytes.</summary>
    public BodyWriter U128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(output.GetSpan(16), value);
        return Advance(16);
    }

    /// <summary>Thirty-two bytes.</summary>
    public BodyWriter Hash(Hash32 value) => Raw(value.Span);

    /// <summary>A stream id.</summary>
    public BodyWriter Stream(StreamId value) => Hash(value.Value);

    /// <summary>Twenty bytes.</summary>
    public BodyWriter Address(Address value) => Raw(value.Span);

    /// <summary>Sixty-five bytes.</summary>
    public BodyWriter Signature(Signature value) => Raw(value.Span);

    /// <summary>A text; longer ones are cut after the last whole character within 1,024 bytes.</summary>
    public BodyWriter Text(string value)
    {
        Span<byte> bytes = stackalloc byte[WireLimits.TextBytes];
        Utf8.FromUtf16(value, bytes, out _, out var length);
        return U16((ushort)length).Raw(bytes[..length]);
    }

    /// <summary>Hashes without a count.</summary>
    public BodyWriter Hashes(ReadOnlySpan<Hash32> values)
    {
        foreach (ref readonly var value in values)
        {
            Raw(value.Span);
        }

        return this;
    }

    /// <summary>Bytes without a count.</summary>
    public BodyWriter Raw(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        return this;
    }

    private BodyWriter Advance(int count)
    {
        output.Advance(count);
        return this;
    }
}
