using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Devnet;

/// <summary>Circle's FiatTokenV2_2 behind its proxy, as it stands on real networks (spec/contracts.md, "Setting up a network").</summary>
internal static class UsdcDeployer
{
    private const ulong MinterAllowance = 1_000_000_000_000_000;

    private static readonly AbiFunction Initialize = new("initialize(string,string,string,uint8,address,address,address,address)");
    private static readonly AbiFunction InitializeV2 = new("initializeV2(string)");
    private static readonly AbiFunction InitializeV21 = new("initializeV2_1(address)");
    private static readonly AbiFunction InitializeV22 = new("initializeV2_2(address[],string)");
    private static readonly AbiFunction ChangeAdmin = new("changeAdmin(address)");
    private static readonly AbiFunction ConfigureMinter = new("configureMinter(address,uint256)");

    /// <summary>The calls in order, all sent by the deployer, who becomes the minter; and the address of the proxy.</summary>
    public static (IReadOnlyList<ContractCall> Calls, Address Proxy) Plan(Address deployer, ulong firstNonce)
    {
        var checker = Transaction.CreatedBy(deployer, firstNonce);
        var implementation = Transaction.CreatedBy(deployer, firstNonce + 1);
        var one = Address.Parse("0x0000000000000000000000000000000000000001");

        // The proxy is created after the implementation's four initialisers.
        var proxy = Transaction.CreatedBy(deployer, firstNonce + 6);
        var libraries = new Dictionary<string, Address> { ["SignatureChecker"] = checker };
        object[] nobody = [];
        return (
            [
                new ContractCall(null, ContractArtifact.Load("SignatureChecker").Creation()),
                new ContractCall(null, ContractArtifact.Load("FiatTokenV2_2").Creation(libraries: libraries)),
                new ContractCall(implementation, Initialize.Encode("", "", "USD", 6, one, one, one, one)),
                new ContractCall(implementation, InitializeV2.Encode("")),
                new ContractCall(implementation, InitializeV21.Encode(one)),
                new ContractCall(implementation, InitializeV22.Encode(nobody, "")),
                new ContractCall(null, ContractArtifact.Load("FiatTokenProxy").Creation(AbiType.ParseTuple("(address)"), [implementation])),
                new ContractCall(proxy, ChangeAdmin.Encode(DemoAccounts.Nobody("usdc admin"))),
                new ContractCall(proxy, Initialize.Encode("USD Coin", "USDC", "USD", 6, deployer, deployer, deployer, deployer)),
                new ContractCall(proxy, InitializeV2.Encode("USD Coin")),
                new ContractCall(proxy, InitializeV21.Encode(DemoAccounts.Nobody("usdc lost and found"))),
                new ContractCall(proxy, InitializeV22.Encode(nobody, "USDC")),
                new ContractCall(proxy, ConfigureMinter.Encode(deployer, MinterAllowance)),
            ],
            proxy);
    }
}
