using System.Text.Json.Serialization;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Deployments;

/// <summary>One network: where its node and its contracts are, and the constants that every role needs.</summary>
public sealed record Deployment
{
    /// <summary>EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The node's RPC URL.</summary>
    public required Uri RpcUrl { get; init; }

    /// <summary>USDC (the proxy).</summary>
    public required Address Usdc { get; init; }

    /// <summary>The TicketBroker.</summary>
    public required Address TicketBroker { get; init; }

    /// <summary>The StreamKeys.</summary>
    public required Address StreamKeys { get; init; }

    /// <summary>The RelayStaking.</summary>
    public required Address RelayStaking { get; init; }

    /// <summary>The FraudProofs.</summary>
    public required Address FraudProofs { get; init; }

    /// <summary>The StreamRegistry.</summary>
    public required Address StreamRegistry { get; init; }

    /// <summary>Account of the treasury.</summary>
    public required Address Treasury { get; init; }

    /// <summary>Length of an epoch in seconds.</summary>
    public required uint EpochSeconds { get; init; }

    /// <summary>Least face value of a ticket in micro-USDC.</summary>
    public required uint MinFaceValue { get; init; }

    /// <summary>Greatest face value of a ticket in micro-USDC.</summary>
    public required uint MaxFaceValue { get; init; }

    /// <summary>How long money takes to leave a purse, in seconds.</summary>
    public required uint ExitDelaySeconds { get; init; }

    /// <summary>Whether the keys of the demo accounts are public and the money is play money.</summary>
    public required bool Devnet { get; init; }

    /// <summary>The block in which the contracts were created; events are read from here.</summary>
    public required ulong DeployedBlock { get; init; }

    /// <summary>The EIP-712 domains.</summary>
    [JsonIgnore]
    public Domains Domains => Domains.Of(ChainId, StreamKeys, RelayStaking, TicketBroker);

    /// <summary>
    /// Checks that the node is on this chain and has these contracts. Throws <see cref="ChainException"/> with <see cref="ChainFault.BadDeployment"/> otherwise.
    /// </summary>
    public async Task CheckAsync(EvmClient client, CancellationToken cancel = default)
    {
        var chain = await client.ChainIdAsync(cancel).ConfigureAwait(false);
        if (chain != ChainId)
        {
            throw Misfit($"The node at {client.Url} is on chain {chain} and the deployments file is for chain {ChainId}.");
        }

        if ((await client.CodeAsync(TicketBroker, cancel).ConfigureAwait(false)).Length == 0
            || await new TicketBroker(client, TicketBroker).DomainSeparatorAsync(cancel).ConfigureAwait(false) != Domains.TicketBroker.Separator)
        {
            throw Misfit($"There is no TicketBroker of this deployment at {TicketBroker} on the node at {client.Url}.");
        }
    }

    private static ChainException Misfit(string cause) =>
        new(ChainFault.BadDeployment, cause, "Was the devnet restarted? Use the deployments file that it wrote last.");
}
