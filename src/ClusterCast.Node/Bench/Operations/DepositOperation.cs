using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;

namespace ClusterCast.Node.Bench.Operations;

/// <summary>A deposit of a cent by EIP-3009 (<c>depositWithAuthorization</c>); the first opens the purse.</summary>
internal sealed class DepositOperation : IChainOperation
{
    private const ulong Amount = 10_000;

    public string Name => "deposit";

    public ulong GasBound(ChainBenchOptions options) => 300_000;

    public Task<ulong> MicroUsdcAsync(BenchBed bed, int calls, CancellationToken stop) => Task.FromResult(Amount * (ulong)calls);

    public Task PrepareAsync(BenchBed bed, int calls, CancellationToken stop) => Task.CompletedTask;

    public Task<ContractCall> NextAsync(BenchBed bed, CancellationToken stop) => bed.DepositAsync(bed.ViewingKeys[0], Amount, stop);

    public bool Did(BenchBed bed, TransactionReceipt receipt) =>
        TicketBrokerEvent.Of(receipt, bed.Broker.Address).OfType<TicketBrokerEvent.Deposited>().Any(deposited => deposited.Amount == Amount);
}
