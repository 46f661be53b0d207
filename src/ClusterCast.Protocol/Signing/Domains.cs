using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>The three EIP-712 domains of one deployment (spec/signing.md).</summary>
/// <param name="StreamKeys">Head and Delegation.</param>
/// <param name="RelayStaking">Receipt, SessionOpen, SessionEnd, RelayRecord and NodeProof.</param>
/// <param name="TicketBroker">Ticket and Bind.</param>
public sealed record Domains(Eip712Domain StreamKeys, Eip712Domain RelayStaking, Eip712Domain TicketBroker)
{
    /// <summary>The domains of the contracts at these addresses.</summary>
    public static Domains Of(ulong chainId, Address streamKeys, Address relayStaking, Address ticketBroker) => new(
        new Eip712Domain("ClusterCast StreamKeys", chainId, streamKeys),
        new Eip712Domain("ClusterCast RelayStaking", chainId, relayStaking),
        new Eip712Domain("ClusterCast TicketBroker", chainId, ticketBroker));
}
