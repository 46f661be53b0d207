using System.Numerics;
using ClusterCast.Chain;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Bench.Operations;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Bench;

/// <summary>Measures our operations on one node. On an anvil it deploys the contracts and pays with play money; elsewhere both have to be there.</summary>
internal sealed class ChainBench(Uri rpc, ChainBenchOptions options, TimeProvider time, ILogger log)
{
    // Fees may rise while the benchmark runs.
    private const uint FeeRoom = 2;
    private const string PlayEther = "0x8ac7230489e80000"; // 10 ETH

    /// <summary>Scheme, host and port of the node.</summary>
    public string Name { get; } = rpc.GetLeftPart(UriPartial.Authority);

    /// <summary>Measures; what fails is told in the result.</summary>
    public async Task<ChainResult> RunAsync(CancellationToken stop)
    {
        var result = new ChainResult { Rpc = Name };
        var done = new List<OperationResult>();
        try
        {
            using var client = new EvmClient(rpc);
            var chainId = await client.ChainIdAsync(stop).ConfigureAwait(false);
            result = result with { ChainId = chainId, Client = await client.ClientVersionAsync(stop).ConfigureAwait(false) };
            var pricing = await Pricing.OfAsync(client, chainId, options, stop).ConfigureAwait(false);
            result = result with { Prices = pricing.Name, NativeUsd = pricing.NativeUsd };
            var operations = ChainOperations.Create();
            var bed = await OpenAsync(client, chainId, result.Client, operations, stop).ConfigureAwait(false);
            foreach (var operation in operations)
            {
                log.LogInformation("{Chain}: {Operation}", Name, operation.Name);
                done.Add(await new OperationBench(bed, operation, options, pricing).RunAsync(stop).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is ChainException or NodeException)
        {
            result = result with { Error = e.Message.Replace(rpc.ToString(), Name, StringComparison.Ordinal) };
        }

        return result with { Operations = done };
    }

    private async Task<BenchBed> OpenAsync(EvmClient client, ulong chainId, string software, IReadOnlyList<IChainOperation> operations, CancellationToken stop)
    {
        var given = options.Deployments.FirstOrDefault(deployment => deployment.ChainId == chainId);
        var isAnvil = software.StartsWith("anvil/", StringComparison.Ordinal);
        if (given is null && !isAnvil)
        {
            throw new NodeException(options.Deployments.Count == 0
                ? $"Chain {chainId} has no contracts of ours that are known here. Name their deployments file with --deployments."
                : $"None of the deployments files is for chain {chainId} of {Name}; they are for {string.Join(", ", options.Deployments.Select(deployment => deployment.ChainId))}.");
        }

        var playMoney = isAnvil && given is null or { Devnet: true };
        var deployment = given is null ? await DeployAsync(client, stop).ConfigureAwait(false) : given with { RpcUrl = rpc };
        await deployment.CheckAsync(client, stop).ConfigureAwait(false);
        var bed = new BenchBed(client, deployment, Key(deployment, playMoney), options.Tickets, time);
        ulong microUsdc = 0;
        foreach (var operation in operations)
        {
            microUsdc += await operation.MicroUsdcAsync(bed, options.Calls, stop).ConfigureAwait(false);
        }

        if (playMoney && options.KeyFile is null)
        {
            await SetEtherAsync(client, bed.Key.Address, stop).ConfigureAwait(false);
            await new TransactionSender(client, DemoAccounts.Deployer).SendAsync(bed.Usdc.Mint(bed.Key.Address, microUsdc), stop).ConfigureAwait(false);
        }

        await CheckFundsAsync(bed, operations, microUsdc, stop).ConfigureAwait(false);
        return bed;
    }

    private static async Task<Deployment> DeployAsync(EvmClient client, CancellationToken stop)
    {
        await SetEtherAsync(client, DemoAccounts.Deployer.Address, stop).ConfigureAwait(false);
        await SetEtherAsync(client, DemoAccounts.BroadcasterOwner.Address, stop).ConfigureAwait(false);
        return await new DevnetDeployer(client, new DevnetOptions()).DeployOnlyAsync(stop).ConfigureAwait(false);
    }

    private static Task SetEtherAsync(EvmClient client, Address account, CancellationToken stop) => client.DevelopmentAsync("anvil_setBalance", [account.ToString(), PlayEther], stop);

    private PrivateKey Key(Deployment deployment, bool playMoney) => options.KeyFile switch
    {
        { } file => KeyFile.Open(file, deployment.Devnet),
        null when playMoney => PrivateKey.Create(SystemRandomSource.Instance),
        null => throw new NodeException($"Chain {deployment.ChainId} wants real money. Name the key file of an account that holds it with --key.", ExitCode.Usage),
    };

    private async Task CheckFundsAsync(BenchBed bed, IReadOnlyList<IChainOperation> operations, ulong microUsdc, CancellationToken stop)
    {
        var fees = await bed.Client.FeesAsync(stop).ConfigureAwait(false);
        var gas = operations.Aggregate(BigInteger.Zero, (sum, operation) => sum + ((BigInteger)operation.GasBound(options) * options.Calls));
        var wei = gas * (fees.BaseFee + fees.PriorityFee) * FeeRoom;
        var balance = await bed.Client.BalanceAsync(bed.Key.Address, stop).ConfigureAwait(false);
        if (balance < wei)
        {
            throw new NodeException($"Account {bed.Key.Address} holds {Tokens(balance)} of the native token on chain {bed.Deployment.ChainId}; up to {Tokens(wei)} are needed for gas. Send it some.");
        }

        var held = await bed.Usdc.BalanceOfAsync(bed.Key.Address, stop).ConfigureAwait(false);
        if (held < microUsdc)
        {
            throw new NodeException(FormattableString.Invariant(
                $"Account {bed.Key.Address} holds ${held / 1_000_000m:0.######} in USDC on chain {bed.Deployment.ChainId}; ${microUsdc / 1_000_000m:0.######} are needed. Send it some, or ask for fewer rounds."));
        }
    }

    private static string Tokens(BigInteger wei) => ((double)wei / 1e18).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}
