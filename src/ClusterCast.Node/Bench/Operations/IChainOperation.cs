using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;

namespace ClusterCast.Node.Bench.Operations;

/// <summary>Something that users send to our contracts. An instance serves one chain.</summary>
internal interface IChainOperation
{
    /// <summary>Its name in the report.</summary>
    string Name { get; }

    /// <summary>Gas that no call of it exceeds, for the check of funds.</summary>
    ulong GasBound(ChainBenchOptions options);

    /// <summary>Micro-USDC that so many calls take.</summary>
    Task<ulong> MicroUsdcAsync(BenchBed bed, int calls, CancellationToken stop);

    /// <summary>Sends what the calls need, not measured.</summary>
    Task PrepareAsync(BenchBed bed, int calls, CancellationToken stop);

    /// <summary>A call to send once, behind earlier ones of its kind or alone.</summary>
    Task<ContractCall> NextAsync(BenchBed bed, CancellationToken stop);

    /// <summary>Whether the transaction did what it is measured for.</summary>
    bool Did(BenchBed bed, TransactionReceipt receipt);
}
