using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Bench.Operations;

/// <summary>A relay's stake: the first transaction registers a fresh node with the least stake, the others add a micro-USDC.</summary>
internal sealed class StakeOperation : IChainOperation
{
    private const ulong Added = 1;

    private readonly PrivateKey _node = PrivateKey.Create(SystemRandomSource.Instance);
    private ulong _minStake;
    private bool _registered;

    public string Name => "stake";

    public ulong GasBound(ChainBenchOptions options) => 300_000;

    public async Task<ulong> MicroUsdcAsync(BenchBed bed, int calls, CancellationToken stop) =>
        await bed.Staking.MinStakeAsync(stop).ConfigureAwait(false) + (Added * (ulong)calls);

    public async Task PrepareAsync(BenchBed bed, int calls, CancellationToken stop)
    {
        _minStake = await bed.Staking.MinStakeAsync(stop).ConfigureAwait(false);
        await bed.Sender.SendAsync(bed.Usdc.Approve(bed.Staking.Address, _minStake + (Added * (ulong)calls)), stop).ConfigureAwait(false);
    }

    public Task<ContractCall> NextAsync(BenchBed bed, CancellationToken stop)
    {
        if (_registered)
        {
            return Task.FromResult(bed.Staking.AddStake(_node.Address, Added));
        }

        _registered = true;
        var proof = RelayStaking.RegistrationProof(_node, bed.Key.Address, bed.Deployment.Domains.RelayStaking);
        return Task.FromResult(bed.Staking.Register(_node.Address, Keccak256.Hash("benchmark"u8), 10_000, _minStake, proof));
    }

    public bool Did(BenchBed bed, TransactionReceipt receipt) =>
        RelayStakingEvent.Of(receipt, bed.Staking.Address).Any(happened => happened is RelayStakingEvent.Registered or RelayStakingEvent.StakeAdded);
}
