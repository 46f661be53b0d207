using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;

namespace ClusterCast.Node.Bench.Operations;

/// <summary>A new stream key with its terms (<c>mint</c>).</summary>
internal sealed class MintOperation : IChainOperation
{
    public string Name => "mint";

    public ulong GasBound(ChainBenchOptions options) => 400_000;

    public Task<ulong> MicroUsdcAsync(BenchBed bed, int calls, CancellationToken stop) => Task.FromResult(0UL);

    public Task PrepareAsync(BenchBed bed, int calls, CancellationToken stop) => Task.CompletedTask;

    public Task<ContractCall> NextAsync(BenchBed bed, CancellationToken stop) => Task.FromResult(bed.Mint());

    public bool Did(BenchBed bed, TransactionReceipt receipt) => StreamKeysEvent.Of(receipt, bed.Streams.Address).OfType<StreamKeysEvent.Minted>().Any();
}
