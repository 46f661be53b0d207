using System.Text.Json;
using ClusterCast.Node.Demo;

namespace ClusterCast.Node.Bench;

/// <summary>What <c>clustercast bench chain --report</c> writes (docs/chain-bench.md). The field names are an interface.</summary>
/// <param name="Rounds">Transactions sent alone.</param>
/// <param name="Burst">Transactions sent at once.</param>
/// <param name="Tickets">Winners in a redemption.</param>
/// <param name="Chains">One a node, in the order given.</param>
internal sealed record ChainBenchReport(int Rounds, int Burst, int Tickets, IReadOnlyList<ChainResult> Chains)
{
    private static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>JSON with a line for each field.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}

/// <summary>One node.</summary>
internal sealed record ChainResult
{
    /// <summary>Scheme, host and port; what else an RPC URL holds may be a secret.</summary>
    public required string Rpc { get; init; }

    /// <summary>Why it could not be measured to its end; null when it was.</summary>
    public string? Error { get; init; }

    /// <summary>EIP-155 chain id; null when the node did not tell.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>Name and version of the node's software.</summary>
    public string? Client { get; init; }

    /// <summary>The chain whose prices are used: <c>node</c> for its own, else the profile.</summary>
    public string? Prices { get; init; }

    /// <summary>Dollars a native token.</summary>
    public decimal? NativeUsd { get; init; }

    /// <summary>What was measured before an error, if there was one.</summary>
    public IReadOnlyList<OperationResult> Operations { get; init; } = [];
}

/// <summary>One operation on one chain.</summary>
/// <param name="Name">The operation.</param>
/// <param name="GasFirst">Of the first transaction, which also fills new storage.</param>
/// <param name="Gas">Median of the rounds, with the storage gas of the profile's chain.</param>
/// <param name="TransactionBytes">Median length of the signed transaction.</param>
/// <param name="LatencyMs">From handing it to the node to reading its receipt.</param>
/// <param name="TransactionsPerSecond">In the burst, from the first transaction sent to the last receipt read.</param>
/// <param name="GasPerSecond">In the burst.</param>
/// <param name="GasPriceWei">Base fee and tip a unit of gas.</param>
/// <param name="ExecutionUsd">Gas times its price.</param>
/// <param name="L1DataUsd">What the chain charges for the place on L1; 0 where there is no such fee.</param>
internal sealed record OperationResult(
    string Name, ulong GasFirst, ulong Gas, int TransactionBytes, Percentiles LatencyMs, double TransactionsPerSecond, double GasPerSecond, ulong GasPriceWei, decimal ExecutionUsd, decimal L1DataUsd)
{
    /// <summary>Both fees.</summary>
    public decimal TotalUsd => ExecutionUsd + L1DataUsd;
}
