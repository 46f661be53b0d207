using System.Numerics;
using System.Text.Json.Nodes;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Transactions;

public class TransactionTests
{
    [Fact]
    public async Task Signed_transactions_equal_those_of_viem()
    {
        var random = new Random(1559);
        var key = DemoAccounts.Deployer;
        var cases = Enumerable.Range(0, 120).Select(i =>
        {
            var data = new byte[i switch { < 60 => i, < 100 => i * 5, _ => i * 700 }];
            random.NextBytes(data);
            if (i < 20)
            {
                data = data.Length > 0 ? [.. data.AsSpan(0, 1)] : [];
            }

            var to = new byte[20];
            random.NextBytes(to);
            return new Transaction(
                (ulong)random.Next(1, 100_000),
                (ulong)(i % 7 == 0 ? 0 : random.NextInt64(1L << random.Next(1, 40))),
                random.Next(1 << 30),
                (BigInteger)(1L << 31) + random.Next(1 << 30),
                (ulong)random.Next(21_000, 30_000_000),
                new ContractCall(i % 5 == 0 ? null : Address.From(to), data, i % 3 == 0 ? BigInteger.Pow(10, random.Next(1, 30)) : 0));
        }).ToArray();

        var expected = await ViemOracle.AskAsync(cases.Select(transaction =>
        {
            var json = new JsonObject
            {
                ["chainId"] = transaction.ChainId,
                ["nonce"] = transaction.Nonce,
                ["maxPriorityFeePerGas"] = Number(transaction.MaxPriorityFee),
                ["maxFeePerGas"] = Number(transaction.MaxFee),
                ["gas"] = Number(transaction.GasLimit),
                ["value"] = Number(transaction.Call.Value),
                ["data"] = Hex.Encode(transaction.Call.Data),
            };
            if (transaction.Call.To is { } to)
            {
                json["to"] = to.ToString();
            }

            return new JsonObject { ["kind"] = "transaction", ["key"] = Hex.Encode(key.Export()), ["transaction"] = json };
        }));

        for (var i = 0; i < cases.Length; i++)
        {
            Assert.Equal(expected[i], Hex.Encode(cases[i].Sign(key).Raw));
        }
    }

    [Fact]
    public async Task Addresses_of_created_contracts_equal_those_of_viem()
    {
        ulong[] nonces = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1UL << 40];
        var from = DemoAccounts.Deployer.Address;
        var expected = await ViemOracle.AskAsync(nonces.Select(nonce => new JsonObject { ["kind"] = "created", ["from"] = from.ToString(), ["nonce"] = nonce.ToString() }));
        Assert.Equal(expected, nonces.Select(nonce => Transaction.CreatedBy(from, nonce).ToString()));
    }

    private static JsonObject Number(BigInteger value) => new() { ["n"] = value.ToString() };
}
