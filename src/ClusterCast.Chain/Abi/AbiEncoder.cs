using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Abi;

/// <summary>Values to bytes by their type: heads in order, dynamic values behind them (Contract ABI Specification).</summary>
public static class AbiEncoder
{
    /// <summary>
    /// Encodes the members of a tuple as arguments are: without an offset in front. Throws <see cref="ArgumentException"/> for a value that does not fit its type.
    /// </summary>
    public static byte[] Encode(AbiTuple type, IReadOnlyList<object> values)
    {
        var output = new List<byte>(type.Members.Count * 32);
        WriteAll(output, type.Members, values);
        return [.. output];
    }

    private static void WriteAll(List<byte> output, IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        if (types.Count != values.Count)
        {
            throw new ArgumentException($"{types.Count} values are expected, got {values.Count}.", nameof(values));
        }

        var tail = new List<byte>();
        var headSize = types.Sum(type => type.HeadSize);
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i].IsDynamic)
            {
                WriteNumber(output, headSize + tail.Count);
                Write(tail, types[i], values[i]);
            }
            else
            {
                Write(output, types[i], values[i]);
            }
        }

        output.AddRange(tail);
    }

    private static void Write(List<byte> output, AbiType type, object value)
    {
        switch (type)
        {
            case AbiUint number:
                WriteInteger(output, type, Integer(type, value), number.Bits, isUnsigned: true);
                break;
            case AbiInt number:
                WriteInteger(output, type, Integer(type, value), number.Bits, isUnsigned: false);
                break;
            case AbiAddress when value is Address address:
                output.AddRange(stackalloc byte[12]);
                output.AddRange(address.Span);
                break;
            case AbiBool when value is bool flag:
                WriteNumber(output, flag ? 1 : 0);
                break;
            case AbiFixedBytes { Length: 32 } when value is Hash32 hash:
                output.AddRange(hash.Span);
                break;
            case AbiFixedBytes fixedBytes when value is byte[] bytes && bytes.Length == fixedBytes.Length:
                WritePadded(output, bytes);
                break;
            case AbiBytes { IsText: false } when value is byte[] bytes:
                WriteNumber(output, bytes.Length);
                WritePadded(output, bytes);
                break;
            case AbiBytes { IsText: true } when value is string text:
                var utf8 = Encoding.UTF8.GetBytes(text);
                WriteNumber(output, utf8.Length);
                WritePadded(output, utf8);
                break;
            case AbiArray array when value is IReadOnlyList<object> items && (array.Length ?? items.Count) == items.Count:
                if (array.Length is null)
                {
                    WriteNumber(output, items.Count);
                }

                WriteAll(output, [.. Enumerable.Repeat(array.Element, items.Count)], items);
                break;
            case AbiTuple tuple when value is IReadOnlyList<object> members:
                WriteAll(output, tuple.Members, members);
                break;
            default:
                throw new ArgumentException($"A value of {value?.GetType().Name ?? "null"} is no {type}.", nameof(value));
        }
    }

    private static BigInteger Integer(AbiType type, object value) => value switch
    {
        BigInteger big => big,
        ulong big => big,
        uint small => small,
        ushort small => small,
        byte small => small,
        int small => small,
        long signed => signed,
        UInt128 big => big,
        StreamId stream => new BigInteger(stream.Value.Span, isUnsigned: true, isBigEndian: true),
        _ => throw new ArgumentException($"A value of {value?.GetType().Name ?? "null"} is no {type}.", nameof(value)),
    };

    private static void WriteInteger(List<byte> output, AbiType type, BigInteger number, int bits, bool isUnsigned)
    {
        if (isUnsigned ? number.Sign < 0 || number.GetBitLength() > bits : number.GetBitLength() >= bits)
        {
            throw new ArgumentException($"{number} does not fit into {type}.", nameof(number));
        }

        Span<byte> word = stackalloc byte[32];
        word.Fill(number.Sign < 0 ? byte.MaxValue : (byte)0);
        var length = number.GetByteCount(isUnsigned);
        number.TryWriteBytes(word[(32 - length)..], out _, isUnsigned, isBigEndian: true);
        output.AddRange(word);
    }

    private static void WriteNumber(List<byte> output, int value)
    {
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        BinaryPrimitives.WriteInt32BigEndian(word[28..], value);
        output.AddRange(word);
    }

    private static void WritePadded(List<byte> output, byte[] bytes)
    {
        output.AddRange(bytes);
        Span<byte> zeros = stackalloc byte[32];
        zeros.Clear();
        output.AddRange(zeros[..((32 - (bytes.Length % 32)) % 32)]);
    }
}
