using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Devnet;

/// <summary>A running development chain with everything deployed. Ends with <see cref="DisposeAsync"/>.</summary>
public sealed class LocalDevnet : IAsyncDisposable
{
    private readonly AnvilProcess _anvil;
    private readonly TransactionSender _minter;

    private LocalDevnet(AnvilProcess anvil, EvmClient client, Deployment deployment)
    {
        _anvil = anvil;
        _minter = new TransactionSender(client, DemoAccounts.Deployer);
        Client = client;
        Deployment = deployment;
    }

    /// <summary>A client of the node.</summary>
    public EvmClient Client { get; }

    /// <summary>Addresses and constants.</summary>
    public Deployment Deployment { get; }

    /// <summary>Ends when the node has ended by itself.</summary>
    public Task Ended => _anvil.Ended;

    /// <summary>Process id of the node.</summary>
    public int NodeProcessId => _anvil.Id;

    /// <summary>
    /// Starts anvil, deploys, and writes the deployments file when a path is given. Throws <see cref="ChainException"/>; nothing is left running then.
    /// </summary>
    public static async Task<LocalDevnet> StartAsync(DevnetOptions options, string? deploymentsPath = null, CancellationToken cancel = default)
    {
        var anvil = await AnvilProcess.StartAsync(options.Port, options.ChainId, cancel).ConfigureAwait(false);
        var client = new EvmClient(anvil.Url);
        try
        {
            var deployment = await new DevnetDeployer(client, options).DeployAsync(cancel).ConfigureAwait(false);
            if (deploymentsPath is not null)
            {
                DeploymentFile.Save(deployment, deploymentsPath);
            }

            return new LocalDevnet(anvil, client, deployment);
        }
        catch
        {
            client.Dispose();
            await anvil.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Mints micro-USDC for an account and sees that it holds some ETH for gas.</summary>
    public async Task GrantAsync(Address account, ulong microUsdc, uint ether = 10, CancellationToken cancel = default)
    {
        var wei = System.Numerics.BigInteger.Pow(10, 18) * ether;
        if (await Client.BalanceAsync(account, cancel).ConfigureAwait(false) < wei)
        {
            await Client.DevelopmentAsync("anvil_setBalance", [account.ToString(), Quantity.Encode(wei)], cancel).ConfigureAwait(false);
        }

        if (microUsdc > 0)
        {
            await _minter.SendAsync(new Usdc(Client, Deployment.Usdc).Mint(account, microUsdc), cancel).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _anvil.DisposeAsync().ConfigureAwait(false);
    }
}
