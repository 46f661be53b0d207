using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Devnet;

/// <summary>Play money on a devnet: mints USDC and sets ETH for gas.</summary>
public sealed class DevnetFaucet
{
    /// <summary>Most micro-USDC a request: $100.</summary>
    public const ulong MostMicroUsdc = 100_000_000;

    private readonly ChainAccess _chain;
    private readonly TransactionSender _minter;

    /// <summary>A faucet of a devnet. Throws <see cref="NodeException"/> on any other network.</summary>
    public DevnetFaucet(ChainAccess chain)
    {
        if (!chain.Deployment.Devnet)
        {
            throw new NodeException("There is a faucet on devnets only.", ExitCode.Usage);
        }

        _chain = chain;
        _minter = new TransactionSender(chain.Client, DemoAccounts.Deployer);
    }

    /// <summary>Gives an account USDC and 1 ETH.</summary>
    /// <exception cref="NodeException">The amount is 0 or above $100.</exception>
    public async Task GrantAsync(Address account, ulong microUsdc, CancellationToken stop)
    {
        if (microUsdc is 0 or > MostMicroUsdc)
        {
            throw new NodeException("The faucet gives more than $0 and at most $100 at a time.", ExitCode.Usage);
        }

        await _chain.Client.DevelopmentAsync("anvil_setBalance", [account.ToString(), "0xde0b6b3a7640000"], stop).ConfigureAwait(false);
        await _minter.SendAsync(_chain.Usdc.Mint(account, microUsdc), stop).ConfigureAwait(false);
    }
}
