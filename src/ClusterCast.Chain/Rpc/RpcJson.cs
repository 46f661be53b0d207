using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Rpc;

/// <summary>JSON of requests and answers.</summary>
internal static class RpcJson
{
    public static JsonObject Call(ContractCall call, Address? from)
    {
        var json = new JsonObject { ["data"] = Hex.Encode(call.Data) };
        if (call.To is { } to)
        {
            json["to"] = to.ToString();
        }

        if (from is { } sender)
        {
            json["from"] = sender.ToString();
        }

        if (!call.Value.IsZero)
        {
            json["value"] = Quantity.Encode(call.Value);
        }

        return json;
    }

    public static JsonObject Filter(LogFilter filter)
    {
        var json = new JsonObject
        {
            ["address"] = new JsonArray([.. filter.Contracts.Select(contract => (JsonNode)contract.ToString())]),
            ["fromBlock"] = Quantity.Encode(filter.FromBlock),
            ["toBlock"] = Quantity.Encode(filter.ToBlock),
        };
        if (filter.Topics is { } topics)
        {
            json["topics"] = new JsonArray([.. topics.Select(place => place is null
                ? null
                : (JsonNode)new JsonArray([.. place.Select(topic => (JsonNode)topic.ToString())]))]);
        }

        return json;
    }

    public static TransactionReceipt Receipt(JsonElement json) => new(
        Quantity.Hash(Quantity.Member(json, "transactionHash")),
        Quantity.ULong(Quantity.Member(json, "status")) == 1,
        Quantity.ULong(Quantity.Member(json, "blockNumber")),
        Quantity.Hash(Quantity.Member(json, "blockHash")),
        Quantity.ULong(Quantity.Member(json, "gasUsed")),
        Quantity.Optional(json, "effectiveGasPrice") is { } price ? Quantity.Big(price) : BigInteger.Zero,
        Quantity.Optional(json, "contractAddress") is { } created ? Quantity.Address(created) : null,
        [.. Quantity.Items(Quantity.Member(json, "logs")).Select(Log)]);

    public static EventLog Log(JsonElement json) => new(
        Quantity.Address(Quantity.Member(json, "address")),
        [.. Quantity.Items(Quantity.Member(json, "topics")).Select(Quantity.Hash)],
        Quantity.Data(Quantity.Member(json, "data")),
        Quantity.ULong(Quantity.Member(json, "blockNumber")),
        Quantity.Hash(Quantity.Member(json, "blockHash")),
        Quantity.Hash(Quantity.Member(json, "transactionHash")),
        Quantity.ULong(Quantity.Member(json, "logIndex")));

    public static Block Block(JsonElement json) => new(
        Quantity.ULong(Quantity.Member(json, "number")),
        Quantity.Hash(Quantity.Member(json, "hash")),
        Quantity.Hash(Quantity.Member(json, "parentHash")),
        Quantity.ULong(Quantity.Member(json, "timestamp")),
        Quantity.Optional(json, "baseFeePerGas") is { } fee ? Quantity.Big(fee) : BigInteger.Zero);

    /// <summary>The next block's base fee and the median tip of the last blocks (<c>eth_feeHistory</c>).</summary>
    public static FeeEstimate Fees(JsonElement json)
    {
        var baseFee = Quantity.Items(Quantity.Member(json, "baseFeePerGas")).Select(Quantity.Big).LastOrDefault();
        var tips = Quantity.Optional(json, "reward") is { } reward
            ? Quantity.Items(reward).SelectMany(block => Quantity.Items(block)).Select(Quantity.Big).Order().ToArray()
            : [];
        return new FeeEstimate(baseFee, tips.Length == 0 ? BigInteger.Zero : tips[tips.Length / 2]);
    }
}
