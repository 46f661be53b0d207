using System.Security.Cryptography;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

public sealed partial class RelayStaking
{
    /// <summary>A relay's registration; null when it is not registered. Money in micro-USDC, price in micro-USDC per 1e9 bytes, time in Unix seconds.</summary>
    public async Task<RelayStakingStruct.Relay?> RelayAsync(Address node, CancellationToken cancel = default)
    {
        var relay = await RelayOfAsync(node, cancel).ConfigureAwait(false);
        return relay.Owner.IsZero ? null : relay;
    }

    /// <summary>Registers a node for the sender, who has approved the stake in USDC.</summary>
    public ContractCall Register(Address node, Hash32 endpoints, ulong price, ulong stake, Signature proof) =>
        Register(node, endpoints, price, stake, proof.Span.ToArray());

    /// <summary>The node key's consent that <paramref name="owner"/> registers it.</summary>
    public static Signature RegistrationProof(PrivateKey node, Address owner, Eip712Domain relayStaking)
    {
        var challenge = Hash32.From(SHA256.HashData([.. "clustercast register"u8, .. owner.Span]));
        return node.Sign(new NodeProof(node.Address, challenge).Digest(relayStaking));
    }
}
