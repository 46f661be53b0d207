using ClusterCast.Chain.Rpc;

namespace ClusterCast.Node.Bench;

/// <summary>One mined transaction.</summary>
/// <param name="Call">What it carried.</param>
/// <param name="Raw">Its signed bytes.</param>
/// <param name="Receipt">What became of it.</param>
/// <param name="Latency">From handing it to the node to reading its receipt.</param>
internal sealed record Sample(ContractCall Call, byte[] Raw, TransactionReceipt Receipt, TimeSpan Latency);
