using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Abi;

/// <summary>Bytes to values. What a node sends is not trusted: offsets, lengths, padding and the number of values are checked.</summary>
public static class AbiDecoder
{
    // Offsets may point anywhere, so a short answer could describe a huge value; this bounds it.
    private const int MaxValues = 1 << 20;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// The members of a tuple encoded as arguments are. Throws <see cref="ChainException"/> with <see cref="ChainFault.BadResponse"/> for anything else.
    /// </summary>
    public static object[] Decode(AbiTuple type, ReadOnlySpan<byte> data)
    {
        var budget = MaxValues;
        return ReadAll(type.Members, data, ref budget);
    }

    private static object[] ReadAll(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> frame, ref int budget)
    {
        var values = new object[types.Count];
        var at = 0;
        for (var i = 0; i < types.Count; i++)
        {
            values[i] = ReadMember(types[i], frame, ref at, ref budget);
        }

        return values;
    }

    private static object ReadMember(AbiType type, ReadOnlySpan<byte> frame, scoped ref int at, ref int budget)
    {
        var head = Slice(frame, at, type.HeadSize);
        at += type.HeadSize;
        return Read(type, type.IsDynamic ? Slice(frame, Number(head)) : head, ref budget);
    }

    private static object Read(AbiType type, ReadOnlySpan<byte> data, ref int budget)
    {
        if (--budget < 0)
        {
            throw Bad("more values than are allowed");
        }

        switch (type)
        {
            case AbiUint number:
                var value = new BigInteger(Slice(data, 0, 32), isUnsigned: true, isBigEndian: true);
                return value.GetBitLength() <= number.Bits ? value : throw Bad($"{value} for {type}");
            case AbiInt number:
                var signed = new BigInteger(Slice(data, 0, 32), isBigEndian: true);
                return signed.GetBitLength() < number.Bits ? signed : throw Bad($"{signed} for {type}");
            case AbiAddress:
                return Zeros(Slice(data, 0, 12)) ? Address.From(Slice(data, 12, 20)) : throw Bad("an address with more than 20 bytes");
            case AbiBool:
                return Number(data) switch { 0 => false, 1 => true, _ => throw Bad("a boolean that is neither 0 nor 1") };
            case AbiFixedBytes { Length: 32 }:
                return Hash32.From(Slice(data, 0, 32));
            case AbiFixedBytes fixedBytes:
                return Zeros(Slice(data, 0, 32)[fixedBytes.Length..]) ? data[..fixedBytes.Length].ToArray() : throw Bad($"padding that is not zero after {type}");
            case AbiBytes bytes:
                var content = Slice(data, 32, Number(data));
                return bytes.IsText ? Text(content) : content.ToArray();
            case AbiArray array:
                return ReadArray(array, data, ref budget);
            case AbiTuple tuple:
                return ReadAll(tuple.Members, data, ref budget);
            default:
                throw new InvalidOperationException();
        }
    }

    private static object[] ReadArray(AbiArray array, ReadOnlySpan<byte> data, ref int budget)
    {
        var length = array.Length ?? Number(data);
        var frame = array.Length is null ? Slice(data, 32) : data;

        // Every element has at least one word in the frame, except empty tuples, which the budget bounds.
        if (length > budget || (long)length * array.Element.HeadSize > frame.Length)
        {
            throw Bad($"a list of {length} values in {frame.Length} bytes");
        }

        var values = new object[length];
        var at = 0;
        for (var i = 0; i < length; i++)
        {
            values[i] = ReadMember(array.Element, frame, ref at, ref budget);
        }

        return values;
    }

    private static int Number(ReadOnlySpan<byte> data)
    {
        var word = Slice(data, 0, 32);
        var number = BinaryPrimitives.ReadUInt32BigEndian(word[28..]);
        return Zeros(word[..28]) && number <= int.MaxValue ? (int)number : throw Bad("an offset or a length beyond its end");
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Bad("text that is not UTF-8");
        }
    }

    private static bool Zeros(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> data, int from) => from <= data.Length ? data[from..] : throw Bad("fewer bytes than are needed");

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> data, int from, int length) =>
        (long)from + length <= data.Length ? data.Slice(from, length) : throw Bad("fewer bytes than are needed");

    private static ChainException Bad(string what) => new(
        ChainFault.BadResponse, $"A contract's answer holds {what}.", "Check that the deployments file belongs to this chain.");
}
