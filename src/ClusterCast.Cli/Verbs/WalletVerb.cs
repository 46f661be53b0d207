using System.CommandLine;
using ClusterCast.Node.Wallet;

namespace ClusterCast.Cli.Verbs;

internal static class WalletVerb
{
    private static readonly Flag[] Keys =
    [
        new("--viewing-key", "wallet:viewingKey", "Key file of the viewing key"),
        new("--owner-key", "wallet:ownerKey", "Key file of the owner, whose USDC it is"),
    ];

    public static Command Create() => new("wallet", "The purse that pays relays")
    {
        Verb.Create(
            "deposit",
            "Move USDC of the owner into the purse",
            [new("--amount", "wallet:amount", "USDC, for example 3 or 2.50; at most 50"), .. Keys],
            WalletCommands.DepositAsync),
        Verb.Create("show", "Balance of the purse and of its owner", Keys, WalletCommands.ShowAsync),
    };
}
