using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Payments.Internal;

/// <summary>One relay at this purse, over all sessions. Guarded by the purse's lock.</summary>
internal sealed class PurseAccount(Address relay)
{
    private const int KeptCommits = 1_024;
    private const int KeptOrphans = 4;

    private readonly Queue<PendingTicket> _orphans = new();
    private readonly RecentSet<Hash32, bool> _used = new(KeptCommits);
    private long? _aheadAt;

    public Address Relay { get; } = relay;

    /// <summary>Verified bytes that no ticket pays for.</summary>
    public ulong Debt { get; private set; }

    public ulong Price { get; set; }

    public PurseCounters Counters { get; private set; }

    /// <summary>Unacknowledged tickets of sessions that are over.</summary>
    public IEnumerable<PendingTicket> Orphans => _orphans;

    public void Verified(int bytes) => Counters = Counters with { BytesVerified = Counters.BytesVerified + (ulong)bytes };

    public void Owe(ulong bytes, ulong price)
    {
        Debt += bytes;
        Counters = Counters with { CostTimes1E9 = Counters.CostTimes1E9 + Tariff.CostTimes1E9(price, bytes) };
    }

    public void Restore(ulong debt) => Debt = debt;

    public void Signed(Hash32 commit, uint bytes, UInt128 value)
    {
        Debt -= bytes;
        _used.Add(commit, true);
        Counters = Counters with { TicketsSent = Counters.TicketsSent + 1, BytesPaid = Counters.BytesPaid + bytes, ValueScaled = Counters.ValueScaled + value };
    }

    /// <summary>Bytes that may be paid ahead now.</summary>
    public uint Ahead(ViewerLimits limits, TimeProvider time) =>
        _aheadAt is { } last && time.GetElapsedTime(last) < limits.AheadInterval ? 0 : limits.MaxAheadBytes;

    /// <summary>The next ticket pays these bytes beyond the debt.</summary>
    public void PayAhead(uint bytes, TimeProvider time)
    {
        _aheadAt = time.GetTimestamp();
        Debt += bytes;
        Counters = Counters with { BytesAhead = Counters.BytesAhead + bytes };
    }

    public void Acknowledged() => Counters = Counters with { TicketsAcknowledged = Counters.TicketsAcknowledged + 1 };

    public void Refused() => Counters = Counters with { TicketsRefused = Counters.TicketsRefused + 1 };

    public bool IsUsed(Hash32 commit) => _used.Contains(commit);

    /// <summary>Keeps an unacknowledged ticket for the next session. The oldest gives way: it stays signed, so it counts as paid.</summary>
    public void Inherit(PendingTicket ticket)
    {
        _used.Add(ticket.Commit, true);
        _orphans.Enqueue(ticket with { IsInherited = true });
        if (_orphans.Count > KeptOrphans)
        {
            _orphans.Dequeue();
        }
    }

    public PendingTicket? NextOrphan() => _orphans.TryDequeue(out var ticket) ? ticket : null;
}
