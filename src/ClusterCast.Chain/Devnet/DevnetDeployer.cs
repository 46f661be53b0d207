using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Devnet;

/// <summary>
/// Sets up an anvil: USDC, our contracts, money for the demo accounts, and the streams. Everything goes into two blocks, so that the chain's
/// clock does not run ahead (a block is at least a second younger than the next).
/// </summary>
public sealed class DevnetDeployer(EvmClient client, DevnetOptions options)
{
    // Nothing can be estimated before what it depends on is mined. Below the limit of EIP-7825.
    private const ulong CreationGas = 16_000_000;
    private const ulong CallGas = 1_000_000;

    private readonly TransactionSender _deployer = new(client, DemoAccounts.Deployer);
    private readonly TransactionSender _broadcaster = new(client, DemoAccounts.BroadcasterOwner);

    /// <summary>Deploys, and hands the chain over with its clock running. Throws <see cref="ChainException"/>.</summary>
    public async Task<Deployment> DeployAsync(CancellationToken cancel = default)
    {
        var deployment = await DeployOnlyAsync(cancel).ConfigureAwait(false);
        await StartMiningAsync(cancel).ConfigureAwait(false);
        return deployment;
    }

    /// <summary>Deploys, and leaves the node mining as it does. Throws <see cref="ChainException"/>.</summary>
    public async Task<Deployment> DeployOnlyAsync(CancellationToken cancel = default)
    {
        var nonce = await client.TransactionCountAsync(_deployer.Account, cancel: cancel).ConfigureAwait(false);
        var (usdcCalls, usdc) = UsdcDeployer.Plan(client, _deployer.Account, nonce);
        var firstOwn = nonce + (ulong)usdcCalls.Count;
        var deployment = new Deployment
        {
            ChainId = await client.ChainIdAsync(cancel).ConfigureAwait(false),
            RpcUrl = client.Url,
            Usdc = usdc,
            StreamKeys = Transaction.CreatedBy(_deployer.Account, firstOwn),
            RelayStaking = Transaction.CreatedBy(_deployer.Account, firstOwn + 1),
            FraudProofs = Transaction.CreatedBy(_deployer.Account, firstOwn + 2),
            StreamRegistry = Transaction.CreatedBy(_deployer.Account, firstOwn + 3),
            TicketBroker = Transaction.CreatedBy(_deployer.Account, firstOwn + 4),
            Treasury = DemoAccounts.Treasury.Address,
            EpochSeconds = options.EpochSeconds,
            MinFaceValue = options.MinFaceValue,
            MaxFaceValue = options.MaxFaceValue,
            ExitDelaySeconds = options.ExitDelaySeconds,
            Devnet = true,
            DeployedBlock = await client.BlockNumberAsync(cancel).ConfigureAwait(false) + 1,
        };

        await MineAsync(_deployer, [.. usdcCalls, .. OwnContracts(deployment), .. Grants(deployment)], cancel).ConfigureAwait(false);
        await MineAsync(_broadcaster, StreamCalls(deployment), cancel).ConfigureAwait(false);
        await deployment.CheckAsync(client, cancel).ConfigureAwait(false);
        return deployment;
    }

    private ContractCall[] OwnContracts(Deployment deployment) =>
    [
        new(null, StreamKeys.Creation(new(deployment.Usdc, deployment.Treasury, deployment.FraudProofs, options.RoyaltyBps))),
        new(null, RelayStaking.Creation(new(
            deployment.Usdc, deployment.FraudProofs, deployment.Treasury, options.MinStake, options.UnbondSeconds, options.SlashBps, options.ReporterBps, options.BurnBps))),
        new(null, FraudProofs.Creation(deployment.StreamKeys, deployment.RelayStaking)),
        new(null, StreamRegistry.Creation(deployment.StreamKeys)),
        new(null, TicketBroker.Creation(new(
            deployment.Usdc, deployment.StreamKeys, deployment.Treasury, options.EpochSeconds, options.ExitDelaySeconds, options.MinFaceValue, options.MaxFaceValue))),
    ];

    private IEnumerable<ContractCall> Grants(Deployment deployment)
    {
        var usdc = new Usdc(client, deployment.Usdc);
        return DemoAccounts.Relays.Concat(DemoAccounts.Viewers).Prepend(DemoAccounts.BroadcasterOwner).Select(account => usdc.Mint(account.Address, options.Grant));
    }

    private ContractCall[] StreamCalls(Deployment deployment)
    {
        var streams = new StreamKeys(client, deployment.StreamKeys);

        // For ever: a devnet's signing key is the demo's own.
        return [.. Enumerable.Range(1, options.Streams).SelectMany(number => (ContractCall[])
        [
            streams.Mint(options.Stream, options.Terms),
            streams.Delegate(new Delegation(new StreamId((ulong)number), DemoAccounts.SigningKey.Address, 0, long.MaxValue)),
        ])];
    }

    private async Task MineAsync(TransactionSender sender, ContractCall[] calls, CancellationToken cancel)
    {
        var pending = new List<PendingTransaction>(calls.Length);
        foreach (var call in calls)
        {
            pending.Add(await sender.SubmitAsync(call, call.To is null ? CreationGas : CallGas, cancel).ConfigureAwait(false));
        }

        await client.DevelopmentAsync("evm_mine", [], cancel).ConfigureAwait(false);
        foreach (var transaction in pending)
        {
            await sender.WaitAsync(transaction, cancel).ConfigureAwait(false);
        }
    }

    private Task StartMiningAsync(CancellationToken cancel) => options.BlockTime == TimeSpan.Zero
        ? client.DevelopmentAsync("evm_setAutomine", [true], cancel)
        : client.DevelopmentAsync("evm_setIntervalMining", [(int)options.BlockTime.TotalSeconds], cancel);
}
