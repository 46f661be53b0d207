using System.Buffers.Binary;
using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>Something that happened in the TicketBroker. Amounts are micro-USDC.</summary>
public abstract record TicketBrokerEvent(EventLog Log)
{
    /// <summary>Money entered a purse. <c>Amount</c> is what the purse got, <c>Balance</c> what it holds now.</summary>
    public sealed record Deposited(EventLog Log, Address Owner, Address ViewingKey, ulong Amount, ulong Fee, ulong Balance) : TicketBrokerEvent(Log);

    /// <summary>An owner took money out of a purse.</summary>
    public sealed record ExitFinished(EventLog Log, Address Owner, Address ViewingKey, Address To, ulong Amount) : TicketBrokerEvent(Log);

    /// <summary>Winners of one group were paid.</summary>
    public sealed record Redeemed(
        EventLog Log, Address Relay, StreamId Stream, uint Terms, uint FaceValue, ulong RelayAmount, ulong BroadcasterAmount, ulong TreasuryAmount, IReadOnlyList<RedeemedTicket> Winners)
        : TicketBrokerEvent(Log);

    /// <summary>Credit was paid out; <c>Amount</c> is what <c>To</c> got.</summary>
    public sealed record Withdrawn(EventLog Log, Address Account, Address To, ulong Amount, ulong Fee) : TicketBrokerEvent(Log);

    /// <summary>The treasury got its share.</summary>
    public sealed record TreasurySwept(EventLog Log, ulong Amount) : TicketBrokerEvent(Log);
}

/// <summary>Which ticket of which purse was paid.</summary>
public readonly record struct RedeemedTicket(Address ViewingKey, uint Epoch, uint Index);

/// <summary>Decodes the logs of a TicketBroker.</summary>
public static class TicketBrokerEvents
{
    private static readonly AbiEvent Deposited = new("Deposited(address,address,uint256,uint256,uint256)", 0, 1);
    private static readonly AbiEvent ExitFinished = new("ExitFinished(address,address,address,uint256)", 0, 1);
    private static readonly AbiEvent Redeemed = new("Redeemed(address,uint256,uint32,uint32,uint256,uint256,uint256,bytes32[])", 0, 1);
    private static readonly AbiEvent Withdrawn = new("Withdrawn(address,address,uint256,uint256)", 0, 1);
    private static readonly AbiEvent TreasurySwept = new("TreasurySwept(uint256)");

    /// <summary>First topics of the events that are decoded, for a <see cref="LogFilter"/>.</summary>
    public static IReadOnlyList<Hash32> Topics { get; } = [Deposited.Topic, ExitFinished.Topic, Redeemed.Topic, Withdrawn.Topic, TreasurySwept.Topic];

    /// <summary>The event of a log; null when it is another one.</summary>
    public static TicketBrokerEvent? Decode(EventLog log)
    {
        if (Deposited.Matches(log))
        {
            var v = Deposited.Decode(log);
            return new TicketBrokerEvent.Deposited(log, v.Address(0), v.Address(1), v.ULong(2), v.ULong(3), v.ULong(4));
        }

        if (ExitFinished.Matches(log))
        {
            var v = ExitFinished.Decode(log);
            return new TicketBrokerEvent.ExitFinished(log, v.Address(0), v.Address(1), v.Address(2), v.ULong(3));
        }

        if (Redeemed.Matches(log))
        {
            var v = Redeemed.Decode(log);
            return new TicketBrokerEvent.Redeemed(
                log, v.Address(0), v.Stream(1), v.UInt(2), v.UInt(3), v.ULong(4), v.ULong(5), v.ULong(6), [.. v.List(7).Select(word => Winner((Hash32)word))]);
        }

        if (Withdrawn.Matches(log))
        {
            var v = Withdrawn.Decode(log);
            return new TicketBrokerEvent.Withdrawn(log, v.Address(0), v.Address(1), v.ULong(2), v.ULong(3));
        }

        return TreasurySwept.Matches(log) ? new TicketBrokerEvent.TreasurySwept(log, TreasurySwept.Decode(log).ULong(0)) : null;
    }

    /// <summary>The events of a receipt that this contract emitted.</summary>
    public static IReadOnlyList<TicketBrokerEvent> Of(TransactionReceipt receipt, Address ticketBroker) =>
        [.. receipt.Logs.Where(log => log.Contract == ticketBroker).Select(Decode).OfType<TicketBrokerEvent>()];

    // viewingKey << 96 | epoch << 64 | index << 32
    private static RedeemedTicket Winner(Hash32 word) => new(
        Address.From(word.Span[..20]), BinaryPrimitives.ReadUInt32BigEndian(word.Span[20..]), BinaryPrimitives.ReadUInt32BigEndian(word.Span[24..]));
}
