using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>Which ticket of which purse was paid.</summary>
public readonly record struct RedeemedTicket(Address ViewingKey, uint Epoch, uint Index);

public abstract partial record TicketBrokerEvent
{
    /// <summary>First topics of the events by which money moves, for a <see cref="Rpc.LogFilter"/>.</summary>
    public static IReadOnlyList<Hash32> MoneyTopics { get; } = [Deposited.Abi.Topic, ExitFinished.Abi.Topic, Redeemed.Abi.Topic, Withdrawn.Abi.Topic, TreasurySwept.Abi.Topic];

    public sealed partial record Redeemed
    {
        /// <summary>The winners of the group. A word is <c>viewingKey &lt;&lt; 96 | epoch &lt;&lt; 64 | index &lt;&lt; 32</c>.</summary>
        public IReadOnlyList<RedeemedTicket> Tickets { get; } =
        [
            .. Winners.Select(word => new RedeemedTicket(
                Address.From(word.Span[..20]), BinaryPrimitives.ReadUInt32BigEndian(word.Span[20..]), BinaryPrimitives.ReadUInt32BigEndian(word.Span[24..]))),
        ];
    }
}
