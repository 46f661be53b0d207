using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>USDC (FiatTokenV2_2). Amounts are micro-USDC.</summary>
public sealed class Usdc(EvmClient client, Address address) : ContractBinding(client, address)
{
    private static readonly AbiFunction BalanceOf = new("balanceOf(address)", "(uint256)");
    private static readonly AbiFunction Allowance = new("allowance(address,address)", "(uint256)");
    private static readonly AbiFunction Name = new("name()", "(string)");
    private static readonly AbiFunction Version = new("version()", "(string)");
    private static readonly AbiFunction TransferTo = new("transfer(address,uint256)", "(bool)");
    private static readonly AbiFunction ApproveSpender = new("approve(address,uint256)", "(bool)");
    private static readonly AbiFunction MintTo = new("mint(address,uint256)", "(bool)");
    private static readonly AbiFunction AuthorizationState = new("authorizationState(address,bytes32)", "(bool)");

    /// <summary>What an account holds.</summary>
    public async Task<ulong> BalanceOfAsync(Address account, CancellationToken cancel = default) =>
        (await ReadAsync(BalanceOf, cancel, account).ConfigureAwait(false)).ULong(0);

    /// <summary>What a spender may still take of an owner; the greatest 64-bit number when it is more.</summary>
    public async Task<ulong> AllowanceAsync(Address owner, Address spender, CancellationToken cancel = default)
    {
        var allowance = (await ReadAsync(Allowance, cancel, owner, spender).ConfigureAwait(false)).Big(0);
        return allowance > ulong.MaxValue ? ulong.MaxValue : (ulong)allowance;
    }

    /// <summary>Whether an EIP-3009 nonce of an owner is used up.</summary>
    public async Task<bool> IsAuthorizationUsedAsync(Address owner, Hash32 nonce, CancellationToken cancel = default) =>
        (await ReadAsync(AuthorizationState, cancel, owner, nonce).ConfigureAwait(false)).Bool(0);

    /// <summary>The token's EIP-712 domain, from its name, its version and the node's chain id.</summary>
    public async Task<UsdcDomain> DomainAsync(CancellationToken cancel = default)
    {
        var name = await ReadAsync(Name, cancel).ConfigureAwait(false);
        var version = await ReadAsync(Version, cancel).ConfigureAwait(false);
        return new UsdcDomain(name.Text(0), version.Text(0), await Client.ChainIdAsync(cancel).ConfigureAwait(false), Address);
    }

    /// <summary>Moves money of the sender.</summary>
    public ContractCall Transfer(Address to, ulong amount) => Call(TransferTo, to, amount);

    /// <summary>Lets a spender take money of the sender.</summary>
    public ContractCall Approve(Address spender, ulong amount) => Call(ApproveSpender, spender, amount);

    /// <summary>Creates money; only a minter, so only on a devnet.</summary>
    public ContractCall Mint(Address to, ulong amount) => Call(MintTo, to, amount);
}
