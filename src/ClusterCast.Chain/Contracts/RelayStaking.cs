using System.Security.Cryptography;
using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

/// <summary>A registered relay; money in micro-USDC, price in micro-USDC per 1e9 bytes, time in Unix seconds.</summary>
public sealed record RelayRegistration(Address Owner, ulong Price, ulong WithdrawableAt, ulong Stake, ulong Unbonding, Hash32 Endpoints);

/// <summary>Stakes of relays (spec/contracts.md). Amounts are micro-USDC.</summary>
public sealed class RelayStaking(EvmClient client, Address address) : ContractBinding(client, address)
{
    private static readonly AbiFunction RegisterRelay = new("register(address,bytes32,uint64,uint256,bytes)");
    private static readonly AbiFunction UpdateRelay = new("update(address,bytes32,uint64)");
    private static readonly AbiFunction AddToStake = new("addStake(address,uint256)");
    private static readonly AbiFunction UnbondStake = new("unbond(address,uint256)");
    private static readonly AbiFunction WithdrawStake = new("withdraw(address,address)");
    private static readonly AbiFunction RelayOf = new("relayOf(address)", "((address,uint64,uint32,uint96,uint96,bytes32))");
    private static readonly AbiFunction StakeOf = new("stakeOf(address)", "(uint256)");
    private static readonly AbiFunction MinStake = new("MIN_STAKE()", "(uint256)");

    /// <summary>Stake that is not leaving; 0 for an unknown relay.</summary>
    public async Task<ulong> StakeOfAsync(Address node, CancellationToken cancel = default) => (await ReadAsync(StakeOf, cancel, node).ConfigureAwait(false)).ULong(0);

    /// <summary>The least stake of a relay.</summary>
    public async Task<ulong> MinStakeAsync(CancellationToken cancel = default) => (await ReadAsync(MinStake, cancel).ConfigureAwait(false)).ULong(0);

    /// <summary>A relay's registration; null when it is not registered.</summary>
    public async Task<RelayRegistration?> RelayOfAsync(Address node, CancellationToken cancel = default)
    {
        var relay = (await ReadAsync(RelayOf, cancel, node).ConfigureAwait(false)).Tuple(0);
        return relay.Address(0).IsZero ? null : new RelayRegistration(relay.Address(0), relay.ULong(1), relay.ULong(2), relay.ULong(3), relay.ULong(4), relay.Hash(5));
    }

    /// <summary>Registers a node for the sender, who has approved the stake in USDC.</summary>
    public ContractCall Register(Address node, Hash32 endpoints, ulong price, ulong stake, Signature proof) =>
        Call(RegisterRelay, node, endpoints, price, stake, proof.Span.ToArray());

    /// <summary>The node key's consent that <paramref name="owner"/> registers it.</summary>
    public static Signature RegistrationProof(PrivateKey node, Address owner, Eip712Domain relayStaking)
    {
        var challenge = Hash32.From(SHA256.HashData([.. "clustercast register"u8, .. owner.Span]));
        return node.Sign(new NodeProof(node.Address, challenge).Digest(relayStaking));
    }

    /// <summary>Announces other endpoints or another price. Sent by owner or node.</summary>
    public ContractCall Update(Address node, Hash32 endpoints, ulong price) => Call(UpdateRelay, node, endpoints, price);

    /// <summary>Adds to the stake by allowance. Sent by the owner.</summary>
    public ContractCall AddStake(Address node, ulong amount) => Call(AddToStake, node, amount);

    /// <summary>Sets the part of the stake that is leaving; 0 cancels. Sent by the owner.</summary>
    public ContractCall Unbond(Address node, ulong amount) => Call(UnbondStake, node, amount);

    /// <summary>Pays the leaving part after the delay. Sent by the owner.</summary>
    public ContractCall Withdraw(Address node, Address to) => Call(WithdrawStake, node, to);
}
