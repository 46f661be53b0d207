using System.Buffers.Binary;

namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>Variable-length integers of QUIC up to 2^62 - 1 (RFC 9000 §16). HTTP/3 takes every form, also one that is not the shortest.</summary>
internal static class QuicVarint
{
    /// <summary>The largest value.</summary>
    public const ulong Max = (1UL << 62) - 1;

    /// <summary>Bytes of the longest form.</summary>
    public const int MaxSize = 8;

    /// <summary>Bytes of the shortest form: 1, 2, 4 or 8.</summary>
    public static int Size(ulong value) => value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : value < 1 << 30 ? 4 : 8;

    /// <summary>Bytes of the form that begins with <paramref name="first"/>.</summary>
    public static int SizeOf(byte first) => 1 << (first >> 6);

    /// <summary>Writes the shortest form and returns its length.</summary>
    public static int Write(Span<byte> output, ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Max);
        switch (Size(value))
        {
            case 1:
                output[0] = (byte)value;
                return 1;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(output, (ushort)(value | 0x4000));
                return 2;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(output, (uint)value | 0x8000_0000);
                return 4;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(output, value | 0xC000_0000_0000_0000);
                return 8;
        }
    }

    /// <summary>Reads a value and returns its length; 0 when more bytes are needed.</summary>
    public static int Read(ReadOnlySpan<byte> input, out ulong value)
    {
        value = 0;
        if (input.IsEmpty || input.Length < SizeOf(input[0]))
        {
            return 0;
        }

        var size = SizeOf(input[0]);
        value = size switch
        {
            1 => input[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(input) & 0x3FFFUL,
            4 => BinaryPrimitives.ReadUInt32BigEndian(input) & 0x3FFF_FFFFUL,
            _ => BinaryPrimitives.ReadUInt64BigEndian(input) & Max,
        };
        return size;
    }
}
