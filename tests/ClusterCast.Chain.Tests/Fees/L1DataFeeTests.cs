using System.Numerics;
using System.Text.Json.Nodes;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Fees;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Fees;

public class L1DataFeeTests(DevnetFixture chain)
{
    [Fact]
    public async Task Compressed_lengths_are_those_of_solady()
    {
        var cases = Enumerable.Range(0, 300).Select(Data).ToArray();
        var expected = await ViemOracle.AskAsync(cases.Select(data => new JsonObject { ["kind"] = "fastlz", ["data"] = Hex.Encode(data) }));
        Assert.Equal(expected.Select(hex => (hex.Length - 2) / 2), cases.Select(data => FastLz.CompressedLength(data)));
    }

    [Fact]
    public void A_short_transaction_counts_as_100_bytes() => Assert.Equal(100_000_000, L1DataFee.EstimatedSize(Incompressible(150)));

    [Fact]
    public void The_formula_is_that_of_the_specification()
    {
        // 1,000 bytes that do not compress become 1,032: 836,500 * 1,032 - 42,585,600 = 820,682,400.
        var data = Incompressible(1_000);
        Assert.Equal(1_032, FastLz.CompressedLength(data));
        Assert.Equal(820_682_400, L1DataFee.EstimatedSize(data));
        var fee = new L1DataFee(1_000_000_000, 7, 2_269, 1_055_762);
        Assert.Equal(new BigInteger(820_682_400) * ((16 * 2_269 * new BigInteger(1_000_000_000)) + (1_055_762 * 7)) / 1_000_000_000_000, fee.Of(data));
    }

    [Fact]
    public async Task A_chain_without_the_predeploy_has_no_data_fee() => Assert.Null(await GasPriceOracle.ReadAsync(chain.Client));

    [Fact]
    public async Task The_predeploy_tells_the_fees_of_the_moment()
    {
        await using var devnet = await Chain.Devnet.AnvilProcess.StartAsync(0);
        using var client = new EvmClient(devnet.Url);
        await client.DevelopmentAsync("anvil_setCode", [GasPriceOracle.Predeploy.ToString(), OracleCode()]);
        Assert.Equal(new L1DataFee(1, 2, 3, 4), await GasPriceOracle.ReadAsync(client));
    }

    // Answers each selector with its number: PUSH0 CALLDATALOAD PUSH1 e0 SHR, then DUP1 PUSH4 selector EQ PUSH1 target JUMPI for each, JUMPDEST PUSH1 n PUSH0 MSTORE PUSH1 20 PUSH0 RETURN.
    private static string OracleCode()
    {
        AbiSelector[] answers = [new("l1BaseFee()", 1), new("blobBaseFee()", 2), new("baseFeeScalar()", 3), new("blobBaseFeeScalar()", 4)];
        var head = new List<byte> { 0x5f, 0x35, 0x60, 0xe0, 0x1c };
        var tail = new List<byte>();
        var headLength = 5 + (answers.Length * 10);
        foreach (var (signature, value) in answers)
        {
            var selector = new Chain.Abi.AbiFunction(signature).Selector;
            head.AddRange([0x80, 0x63, (byte)(selector >> 24), (byte)(selector >> 16), (byte)(selector >> 8), (byte)selector, 0x14, 0x60, (byte)(headLength + tail.Count), 0x57]);
            tail.AddRange([0x5b, 0x60, value, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);
        }

        return Hex.Encode([.. head, .. tail]);
    }

    private static byte[] Incompressible(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    // From noise to long runs, with lengths around the limits of the format.
    private static byte[] Data(int seed)
    {
        var random = new Random(seed);
        var data = new byte[seed < 40 ? seed : random.Next(1, 20_000)];
        for (var at = 0; at < data.Length;)
        {
            var run = Math.Min(random.Next(1, seed % 3 == 0 ? 600 : 12), data.Length - at);
            if (random.Next(2) == 0 && at > 0)
            {
                for (var i = 0; i < run; i++, at++)
                {
                    data[at] = data[at - 1];
                }
            }
            else if (random.Next(2) == 0 && at > 300)
            {
                var from = random.Next(at - run < 1 ? 1 : at - run);
                for (var i = 0; i < run; i++, at++)
                {
                    data[at] = data[from + i];
                }
            }
            else
            {
                random.NextBytes(data.AsSpan(at, run));
                at += run;
            }
        }

        return data;
    }

    private sealed record AbiSelector(string Signature, byte Value);
}
