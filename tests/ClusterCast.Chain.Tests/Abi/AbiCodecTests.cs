using System.Numerics;
using System.Text.Json.Nodes;
using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Chain.Tests.Abi;

public class AbiCodecTests
{
    [Fact]
    public async Task Encodes_random_nested_values_as_viem_does()
    {
        var cases = Enumerable.Range(0, 400).Select(seed =>
        {
            var random = new AbiCases(seed);
            var type = random.Tuple();
            return (Type: type, Values: random.Values(type));
        }).ToArray();

        var expected = await ViemOracle.AskAsync(cases.Select(item => new JsonObject
        {
            ["kind"] = "abi",
            ["types"] = item.Type.ToString()[1..^1],
            ["values"] = AbiCases.Json(item.Values),
        }));

        for (var i = 0; i < cases.Length; i++)
        {
            Assert.Equal(expected[i], Hex.Encode(AbiEncoder.Encode(cases[i].Type, cases[i].Values)));
        }
    }

    [Fact]
    public void Decodes_what_it_encodes() => Prop.ForAll<int>(seed =>
    {
        var random = new AbiCases(seed);
        var type = random.Tuple(4);
        var values = random.Values(type);
        var decoded = AbiDecoder.Decode(type, AbiEncoder.Encode(type, values));
        Assert.Equal(AbiCases.Json(values).ToJsonString(), AbiCases.Json(decoded).ToJsonString());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Damaged_data_is_refused_or_decoded_but_never_crashes() => Prop.ForAll<int>(seed =>
    {
        var random = new AbiCases(seed);
        var type = random.Tuple();
        var data = AbiEncoder.Encode(type, random.Values(type));
        var damage = new Random(seed);
        for (var i = 0; i < 8; i++)
        {
            data[damage.Next(data.Length)] = (byte)damage.Next(256);
        }

        Tolerate(() => AbiDecoder.Decode(type, data));
        Tolerate(() => AbiDecoder.Decode(type, data.AsSpan(0, damage.Next(data.Length))));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Offsets_that_point_at_each_other_do_not_multiply()
    {
        // 200 pointers to one list of 200 pointers to one list ...: a few kB that would describe 200^5 values.
        const int Fan = 200;
        var words = new List<byte>();
        AddWord(words, 32);
        for (var level = 0; level < 5; level++)
        {
            AddWord(words, Fan);
            for (var i = 0; i < Fan; i++)
            {
                AddWord(words, Fan * 32);
            }
        }

        AddWord(words, 0);
        var type = AbiType.ParseTuple("(uint256[][][][][][])");
        var e = Assert.Throws<ChainException>(() => AbiDecoder.Decode(type, words.ToArray()));
        Assert.Equal(ChainFault.BadResponse, e.Fault);
    }

    [Fact]
    public void A_huge_length_is_refused_before_anything_is_allocated()
    {
        var words = new List<byte>();
        AddWord(words, 32);
        AddWord(words, int.MaxValue);
        foreach (var type in new[] { "(bytes)", "(string)", "(uint256[])", "(()[])" })
        {
            Assert.Equal(ChainFault.BadResponse, Assert.Throws<ChainException>(() => AbiDecoder.Decode(AbiType.ParseTuple(type), words.ToArray())).Fault);
        }
    }

    [Theory]
    [InlineData("(uint8)", 256)]
    [InlineData("(uint32)", -1)]
    [InlineData("(int8)", 128)]
    [InlineData("(int8)", -129)]
    public void A_number_that_does_not_fit_is_refused(string type, int value) =>
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode(AbiType.ParseTuple(type), [(BigInteger)value]));

    [Theory]
    [InlineData("uint")]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("int7")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("(address,)x")]
    [InlineData("(address")]
    [InlineData("address[")]
    [InlineData("address[0]")]
    [InlineData("")]
    [InlineData("((((((((((((((((((address))))))))))))))))))")]
    public void A_bad_type_is_refused(string type) => Assert.Throws<FormatException>(() => AbiType.Parse(type));

    [Fact]
    public async Task Call_data_equal_those_of_viem()
    {
        var winner = new object[] { Hash32.From(new byte[32]), Hash32.From(new byte[32]), Hash32.From(new byte[32]), BigInteger.One << 200 };
        var group = new object[] { Address.From(new byte[20]), (BigInteger)1, (BigInteger)2, (BigInteger)3, new object[] { winner, winner } };
        const string Signature = "redeem((address,uint256,uint32,uint32,(bytes32,bytes32,bytes32,uint256)[])[])";
        var expected = await ViemOracle.AskAsync([new JsonObject
        {
            ["kind"] = "call",
            ["signature"] = Signature,
            ["values"] = AbiCases.Json(new object[] { new object[] { group } }),
        }]);
        Assert.Equal(expected[0], Hex.Encode(new AbiFunction(Signature).Encode((object)new object[] { group })));
    }

    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (ChainException e) when (e.Fault == ChainFault.BadResponse)
        {
            // Refused.
        }
    }

    private static void AddWord(List<byte> words, int value)
    {
        words.AddRange(new byte[28]);
        words.AddRange([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
    }
}
