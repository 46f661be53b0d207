using System.Numerics;
using System.Text.Json.Nodes;
using ClusterCast.Chain.Abi;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Abi;

/// <summary>Random types and values from a seed.</summary>
internal sealed class AbiCases(int seed)
{
    private static readonly string[] Texts = ["", "a", "Big Buck Bunny", "größer als 32 Bytes ist dieser Text ganz sicher", "日本", "\"quote\""];

    private readonly Random _random = new(seed);

    public AbiTuple Tuple(int depth = 3) => new([.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Type(depth))]);

    public object[] Values(AbiTuple tuple) => [.. tuple.Members.Select(Value)];

    public static JsonNode Json(object value) => value switch
    {
        BigInteger number => new JsonObject { ["n"] = number.ToString() },
        Address address => address.ToString(),
        Hash32 hash => hash.ToString(),
        byte[] bytes => Hex.Encode(bytes),
        bool flag => flag,
        string text => text,
        object[] items => new JsonArray([.. items.Select(Json)]),
        _ => throw new InvalidOperationException(),
    };

    private AbiType Type(int depth) => _random.Next(depth > 0 ? 10 : 7) switch
    {
        0 => new AbiUint(8 * _random.Next(1, 33)),
        1 => new AbiAddress(),
        2 => new AbiBool(),
        3 => new AbiFixedBytes(_random.Next(1, 33)),
        4 => new AbiBytes(false),
        5 => new AbiBytes(true),
        6 => new AbiInt(8 * _random.Next(1, 33)),
        7 => new AbiArray(Type(depth - 1), null),
        8 => new AbiArray(Type(depth - 1), _random.Next(1, 4)),
        _ => Tuple(depth - 1),
    };

    private object Value(AbiType type) => type switch
    {
        AbiUint number => Number(number.Bits),
        AbiInt number => Number(number.Bits) - (BigInteger.One << (number.Bits - 1)),
        AbiAddress => Address.From(Bytes(20)),
        AbiBool => _random.Next(2) == 1,
        AbiFixedBytes { Length: 32 } => Hash32.From(Bytes(32)),
        AbiFixedBytes fixedBytes => Bytes(fixedBytes.Length),
        AbiBytes { IsText: false } => Bytes(_random.Next(70)),
        AbiBytes => Texts[_random.Next(Texts.Length)],
        AbiArray array => Enumerable.Range(0, array.Length ?? _random.Next(4)).Select(_ => Value(array.Element)).ToArray(),
        AbiTuple tuple => Values(tuple),
        _ => throw new InvalidOperationException(),
    };

    private BigInteger Number(int bits) => _random.Next(4) switch
    {
        0 => BigInteger.Zero,
        1 => (BigInteger.One << bits) - 1,
        _ => new BigInteger(Bytes(bits / 8), isUnsigned: true),
    };

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
