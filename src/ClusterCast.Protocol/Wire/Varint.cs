using System.Buffers.Binary;

namespace ClusterCast.Protocol.Wire;

/// <summary>Variable-length integers of QUIC (RFC 9000 §16), shortest form only, up to 2^30 - 1.</summary>
public static class Varint
{
    /// <summary>Bytes that <see cref="Write"/> needs: 1, 2 or 4.</summary>
    public static int Size(int value) => value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : 4;

    /// <summary>Writes the shortest form and returns its length.</summary>
    public static int Write(Span<byte> output, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1 << 30);
        switch (Size(value))
        {
            case 1:
                output[0] = (byte)value;
                return 1;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(output, (ushort)(value | 0x4000));
                return 2;
            default:
                BinaryPrimitives.WriteUInt32BigEndian(output, (uint)value | 0x8000_0000);
                return 4;
        }
    }

    /// <summary>
    /// Reads a value. Returns its length, 0 when more bytes are needed. Throws <see cref="WireException"/> for the eight-byte form and for a form that is not
    /// the shortest.
    /// </summary>
    public static int Read(ReadOnlySpan<byte> input, out int value)
    {
        value = 0;
        if (input.IsEmpty)
        {
            return 0;
        }

        var size = 1 << (input[0] >> 6);
        if (size == 8)
        {
            throw new WireException("A length is above 2^30.", WireFault.Huge);
        }

        if (input.Length < size)
        {
            return 0;
        }

        value = size switch
        {
            1 => input[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(input) & 0x3FFF,
            _ => (int)(BinaryPrimitives.ReadUInt32BigEndian(input) & 0x3FFF_FFFF),
        };
        return Size(value) == size ? size : throw new WireException("A length is not in its shortest form.");
    }
}
