using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Devnet;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Wallet;

/// <summary>Fills purses from an owner's USDC.</summary>
public static class PurseFiller
{
    private static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    /// <summary>Moves micro-USDC of the owner into the purse of a viewing key and waits until it is there. On a devnet an owner without money gets play money.</summary>
    /// <exception cref="NodeException">The owner has too little USDC.</exception>
    /// <exception cref="Chain.ChainException">The amount is 0 or above the cap, or the chain refused.</exception>
    public static async Task FillAsync(ChainAccess chain, PrivateKey owner, PrivateKey viewingKey, ulong amount, CancellationToken stop)
    {
        DepositAuthorization.CheckAmount(amount);
        var held = await chain.Usdc.BalanceOfAsync(owner.Address, stop).ConfigureAwait(false);
        if (held < amount)
        {
            if (!chain.Deployment.Devnet)
            {
                throw new NodeException($"The owner {owner.Address} holds ${held / 1_000_000m:0.######} in USDC; ${amount / 1_000_000m:0.######} are needed. Send it some USDC first.");
            }

            await new DevnetFaucet(chain).GrantAsync(owner.Address, amount - held, stop).ConfigureAwait(false);
        }

        var now = await chain.Client.BlockAsync(null, stop).ConfigureAwait(false);
        var domain = await chain.Usdc.DomainAsync(stop).ConfigureAwait(false);
        var deposit = DepositAuthorization.Sign(
            owner, viewingKey, amount, 0, now!.Timestamp + (ulong)Validity.TotalSeconds, chain.Deployment, domain, SystemRandomSource.Instance);
        await new TransactionSender(chain.Client, owner).SendAsync(chain.Broker.Deposit(deposit), stop).ConfigureAwait(false);
    }
}
