using System.Buffers.Binary;
using System.Numerics;

namespace ClusterCast.Chain.Transactions;

/// <summary>Recursive length prefix, as much of it as transactions need (Ethereum Yellow Paper, appendix B).</summary>
internal static class Rlp
{
    private const byte ShortString = 0x80;
    private const byte ShortList = 0xC0;

    /// <summary>A number in minimal big-endian form; zero is the empty string.</summary>
    public static byte[] Number(BigInteger value) => Bytes(value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <summary>A number of 32 bytes without leading zeros, such as r and s of a signature.</summary>
    public static byte[] Trimmed(ReadOnlySpan<byte> word) => Bytes(word.TrimStart((byte)0));

    /// <summary>A byte string.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 1 && bytes[0] < ShortString ? bytes.ToArray() : [.. Prefix(bytes.Length, ShortString), .. bytes];

    /// <summary>A list of items that are encoded already.</summary>
    public static byte[] List(params ReadOnlySpan<byte[]> items)
    {
        var length = 0;
        foreach (var item in items)
        {
            length += item.Length;
        }

        var output = new List<byte>(length + 5);
        output.AddRange(Prefix(length, ShortList));
        foreach (var item in items)
        {
            output.AddRange(item);
        }

        return [.. output];
    }

    private static byte[] Prefix(int length, byte offset)
    {
        if (length < 56)
        {
            return [(byte)(offset + length)];
        }

        var word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, length);
        var digits = word.AsSpan().TrimStart((byte)0);
        return [(byte)(offset + 55 + digits.Length), .. digits];
    }
}
