using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments;

/// <summary>What a purse did with one relay, or with all.</summary>
/// <param name="TicketsSent">Tickets signed (a resent one counts once).</param>
/// <param name="TicketsAcknowledged">Those that the relay took.</param>
/// <param name="TicketsRefused">Those that it refused.</param>
/// <param name="BytesVerified">Leaf bytes that verified.</param>
/// <param name="BytesPaid">Bytes that tickets pay for.</param>
/// <param name="ValueScaled">Expected payment of the tickets, 2^-64 micro-USDC.</param>
/// <param name="CostTimes1E9">Exact price of the verified bytes, 1e-9 micro-USDC.</param>
/// <param name="BytesAhead">Those of the bytes paid that were paid ahead, for what relays say was lost on the way.</param>
public readonly record struct PurseCounters(
    long TicketsSent, long TicketsAcknowledged, long TicketsRefused, ulong BytesVerified, ulong BytesPaid, UInt128 ValueScaled, UInt128 CostTimes1E9, ulong BytesAhead)
{
    /// <summary>Sum of both.</summary>
    public static PurseCounters operator +(PurseCounters a, PurseCounters b) => new(
        a.TicketsSent + b.TicketsSent, a.TicketsAcknowledged + b.TicketsAcknowledged, a.TicketsRefused + b.TicketsRefused,
        a.BytesVerified + b.BytesVerified, a.BytesPaid + b.BytesPaid, a.ValueScaled + b.ValueScaled, a.CostTimes1E9 + b.CostTimes1E9, a.BytesAhead + b.BytesAhead);
}

/// <summary>What a purse did with one relay.</summary>
/// <param name="Relay">Node id.</param>
/// <param name="Price">Micro-USDC per 1e9 bytes of its newest offer; 0 when there was none, or it serves for free.</param>
/// <param name="DebtBytes">Verified bytes that no ticket pays for yet.</param>
/// <param name="Counters">The counters.</param>
public readonly record struct RelaySpending(Address Relay, ulong Price, ulong DebtBytes, PurseCounters Counters);

/// <summary>What a purse did since it was opened.</summary>
public sealed record PurseStatistics(PurseCounters Total, IReadOnlyList<RelaySpending> Relays);
