using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Devnet;

/// <summary>Circle's FiatTokenV2_2 behind its proxy, as it stands on real networks (spec/contracts.md, "Setting up a network").</summary>
internal static class UsdcDeployer
{
    private const ulong MinterAllowance = 1_000_000_000_000_000;

    /// <summary>The calls in order, all sent by the deployer, who becomes the minter; and the address of the proxy.</summary>
    public static (IReadOnlyList<ContractCall> Calls, Address Proxy) Plan(EvmClient client, Address deployer, ulong firstNonce)
    {
        var checker = Transaction.CreatedBy(deployer, firstNonce);
        var implementation = new Usdc(client, Transaction.CreatedBy(deployer, firstNonce + 1));
        var one = Address.Parse("0x0000000000000000000000000000000000000001");

        // The proxy is created after the implementation's four initialisers.
        var proxy = Transaction.CreatedBy(deployer, firstNonce + 6);
        var usdc = new Usdc(client, proxy);
        return (
            [
                new ContractCall(null, ContractArtifact.Load("SignatureChecker").Creation()),
                new ContractCall(null, Usdc.Creation(new Dictionary<string, Address> { ["SignatureChecker"] = checker })),
                implementation.Initialize("", "", "USD", 6, one, one, one, one),
                implementation.InitializeV2(""),
                implementation.InitializeV21(one),
                implementation.InitializeV22([], ""),
                new ContractCall(null, UsdcProxy.Creation(implementation.Address)),
                new UsdcProxy(client, proxy).ChangeAdmin(DemoAccounts.Nobody("usdc admin")),
                usdc.Initialize("USD Coin", "USDC", "USD", 6, deployer, deployer, deployer, deployer),
                usdc.InitializeV2("USD Coin"),
                usdc.InitializeV21(DemoAccounts.Nobody("usdc lost and found")),
                usdc.InitializeV22([], "USDC"),
                usdc.ConfigureMinter(deployer, MinterAllowance),
            ],
            proxy);
    }
}
