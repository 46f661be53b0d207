using System.Globalization;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Wallet;

/// <summary><c>clustercast wallet deposit</c> and <c>clustercast wallet show</c>.</summary>
public static class WalletCommands
{
    /// <summary>Moves USDC of the owner into the purse.</summary>
    public static async Task<ExitCode> DepositAsync(RoleContext context, CancellationToken stop)
    {
        var amount = Amount(context.Settings.Required("wallet:amount", "Say how many USDC with --amount, for example --amount 3."));
        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        var (owner, viewingKey) = Keys(context, chain);
        await PurseFiller.FillAsync(chain, owner, viewingKey, amount, stop).ConfigureAwait(false);
        return await ShowAsync(context, chain, owner, viewingKey, stop).ConfigureAwait(false);
    }

    /// <summary>Prints the balances.</summary>
    public static async Task<ExitCode> ShowAsync(RoleContext context, CancellationToken stop)
    {
        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        var (owner, viewingKey) = Keys(context, chain);
        return await ShowAsync(context, chain, owner, viewingKey, stop).ConfigureAwait(false);
    }

    /// <summary>Micro-USDC of a text such as <c>2.50</c>. Throws <see cref="NodeException"/>.</summary>
    public static ulong Amount(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usdc) || (usdc <= 50 && usdc * 1_000_000m % 1 != 0))
        {
            throw new NodeException($"'{text}' is not an amount of USDC. Write it like 3 or 2.50, with at most six decimals.", ExitCode.Usage);
        }

        return usdc switch
        {
            0 => throw new NodeException("A deposit of 0 moves nothing. Give an amount above 0 and up to 50 USDC.", ExitCode.Usage),
            > 50 => throw new NodeException($"A deposit of {usdc} USDC is above the cap: the purses of one owner hold at most 50 USDC together. Give at most 50.", ExitCode.Usage),
            _ => (ulong)(usdc * 1_000_000m),
        };
    }

    private static (PrivateKey Owner, PrivateKey ViewingKey) Keys(RoleContext context, ChainAccess chain)
    {
        var data = DataFolder.Of(context.Settings, "viewer");
        var devnet = chain.Deployment.Devnet;
        return (
            KeyFile.OpenOrCreate(context.Settings.Text("wallet:ownerKey") ?? Path.Combine(data, "owner.json"), devnet, SystemRandomSource.Instance),
            KeyFile.OpenOrCreate(context.Settings.Text("wallet:viewingKey") ?? Path.Combine(data, "viewing.json"), devnet, SystemRandomSource.Instance));
    }

    private static async Task<ExitCode> ShowAsync(RoleContext context, ChainAccess chain, PrivateKey owner, PrivateKey viewingKey, CancellationToken stop)
    {
        var purse = await chain.Broker.PurseAsync(viewingKey.Address, stop).ConfigureAwait(false);
        var held = await chain.Usdc.BalanceOfAsync(owner.Address, stop).ConfigureAwait(false);
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"purse {viewingKey.Address}: ${purse.Balance / 1_000_000m:0.00####}{(purse.Exiting > 0 ? $", of which ${purse.Exiting / 1_000_000m:0.00####} are leaving" : "")}")).ConfigureAwait(false);
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"owner {owner.Address}: ${held / 1_000_000m:0.00####} in USDC")).ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
