using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Datagrams of a lane: headers with their fields, and the parity of small blocks, computed here with schoolbook arithmetic.</summary>
internal static class ShardVectors
{
    public static JsonNode File() => new JsonObject
    {
        ["shards"] = new JsonArray(
            Of("The only data shard of a block of one byte", new Shard(0, 0, 1, 1, 1), Known.Bytes(1, 1)),
            Of("The last data shard, filled up with zeros", new Shard(70_000, 2, 3, 5, 10), [.. Known.Bytes(1, 2), 0, 0]),
            Of("A parity shard that was asked for", new Shard(uint.MaxValue, 254, 128, 192, ushort.MaxValue), Known.Bytes(7, 512))),
        ["invalid"] = new JsonArray(
            Invalid("another version", "0x02000000000001010001aa"),
            Invalid("no bytes", "0x01000000000001010001"),
            Invalid("no data shards", "0x01000000000000010001aa"),
            Invalid("129 data shards", "0x01000000000081810081aa"),
            Invalid("index 255", "0x0100000000ff01010001aa"),
            Invalid("fewer sent than data", "0x01000000000002010002aa"),
            Invalid("a block shorter than its shards", "0x01000000000002020001aa"),
            Invalid("a byte too many", "0x01000000000001010001aabb"),
            Invalid("a byte too few", "0x01000000000002020004aa")),
        ["parity"] = new JsonArray(Parity(1, 4, 2), Parity(3, 20, 3), Parity(5, 33, 5)),
    };

    /// <summary>Multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1.</summary>
    public static byte Multiply(byte a, byte b)
    {
        var product = 0;
        for (int shifted = a, rest = b; rest > 0; rest >>= 1)
        {
            product ^= (rest & 1) * shifted;
            shifted = (shifted << 1) ^ ((shifted >> 7) * 0x11d);
        }

        return (byte)product;
    }

    /// <summary>The inverse, found by trying.</summary>
    public static byte Inverse(byte a) => (byte)Enumerable.Range(1, 255).Single(b => Multiply(a, (byte)b) == 1);

    /// <summary>Shards of a block by the formula of spec/lane.md.</summary>
    public static byte[][] Shards(byte[] block, int data, int parity)
    {
        var size = (block.Length + data - 1) / data;
        var shards = Enumerable.Range(0, data + parity).Select(_ => new byte[size]).ToArray();
        for (var i = 0; i < block.Length; i++)
        {
            shards[i / size][i % size] = block[i];
        }

        for (var row = data; row < data + parity; row++)
        {
            for (var column = 0; column < data; column++)
            {
                var coefficient = Inverse((byte)(row ^ column));
                for (var i = 0; i < size; i++)
                {
                    shards[row][i] ^= Multiply(coefficient, shards[column][i]);
                }
            }
        }

        return shards;
    }

    private static JsonObject Of(string name, Shard shard, byte[] bytes)
    {
        var datagram = new byte[Shard.HeaderBytes + bytes.Length];
        shard.Write(datagram);
        bytes.CopyTo(datagram, Shard.HeaderBytes);
        return new JsonObject
        {
            ["name"] = name,
            ["hex"] = Hex.Encode(datagram),
            ["fields"] = new JsonObject
            {
                ["version"] = "1", ["block"] = $"{shard.Block}", ["index"] = $"{shard.Index}", ["data"] = $"{shard.Data}", ["sent"] = $"{shard.Sent}", ["length"] = $"{shard.Length}",
                ["bytes"] = Hex.Encode(bytes),
            },
        };
    }

    private static JsonObject Invalid(string name, string hex) => new() { ["name"] = name, ["hex"] = hex };

    private static JsonObject Parity(int data, int length, int parity)
    {
        var block = Known.Bytes(3, length);
        return new JsonObject
        {
            ["data"] = $"{data}",
            ["block"] = Hex.Encode(block),
            ["shards"] = new JsonArray([.. Shards(block, data, parity).Select(shard => JsonValue.Create(Hex.Encode(shard)))]),
        };
    }
}
