using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments.Internal;

/// <summary>One payer at this relay: its debt and offers, over all its sessions. Guarded by its own lock.</summary>
internal sealed class TillAccount(Address purse, TillTariff tariff, long nowMs)
{
    // Offers of sessions that ended unanswered are kept for tickets that are still on the way.
    private const int KeptOffers = 4;
    private const int KeptAnswers = 64;
    private const int LeafBytes = 16_384;

    private readonly List<OutstandingOffer> _offers = [];
    private CreditLine _credit = new(tariff);
    private long _lastWriteOffMs = nowMs;
    private long? _withheldMs;

    public Lock Gate { get; } = new();

    public Address Purse { get; } = purse;

    /// <summary>Bytes delivered minus bytes paid; negative when paid ahead.</summary>
    public long Debt { get; private set; }

    /// <summary>Open sessions of this payer here.</summary>
    public HashSet<TillSession> Sessions { get; } = [];

    /// <summary>Commitments that were answered, with the digest of their ticket.</summary>
    public RecentSet<Hash32, Hash32> Answered { get; } = new(KeptAnswers);

    public uint CreditBytes => _credit.Limit;

    public uint DueBytes => _credit.DueBytes;

    public bool TrySpend(int bytes)
    {
        if (Debt + bytes > _credit.Limit)
        {
            return false;
        }

        Debt += bytes;
        return true;
    }

    public void Refund(int bytes) => Debt -= bytes;

    public void Paid(uint bytes)
    {
        Debt -= bytes;
        _credit.Paid(bytes);
        _withheldMs = null;
    }

    /// <summary>A leaf found no credit. Whether enough was written off for it: only a payer that pays nothing for a while is helped, since a ticket may be on its way.</summary>
    public bool TryForgive(int bytes, long nowMs, TillPolicy policy)
    {
        _withheldMs ??= nowMs;
        if (nowMs - _withheldMs < policy.WriteOffAfter.TotalMilliseconds)
        {
            return false;
        }

        WriteOff(nowMs, policy.WriteOffInterval);
        return TrySpend(bytes);
    }

    /// <summary>Lets a payer whose debt leaves no room for a ticket begin again, at most one ticket's bytes each interval.</summary>
    public void WriteOff(long nowMs, TimeSpan interval)
    {
        var room = (long)_credit.Limit - _credit.DueBytes - LeafBytes;
        if (Debt > room && nowMs - _lastWriteOffMs >= interval.TotalMilliseconds)
        {
            _lastWriteOffMs = nowMs;
            Debt -= Math.Min(_credit.DueBytes, Debt - room);
        }
    }

    /// <summary>Adds an offer; returns those that had to give way, whose indexes are free again.</summary>
    public IReadOnlyList<OutstandingOffer> Offered(OutstandingOffer offer, Func<Hash32, bool> isCurrent)
    {
        _offers.Add(offer);
        var stale = _offers.Where(o => o != offer && !isCurrent(o.Commit)).ToList();
        var dropped = stale.Take(Math.Max(0, stale.Count - KeptOffers)).ToList();
        foreach (var old in dropped)
        {
            _offers.Remove(old);
        }

        return dropped;
    }

    public OutstandingOffer? Find(Hash32 commit) => _offers.Find(offer => offer.Commit == commit);

    public void Answer(OutstandingOffer offer, Hash32 digest)
    {
        _offers.Remove(offer);
        Answered.Add(offer.Commit, digest);
    }

    /// <summary>Gives up all offers, when the account is forgotten.</summary>
    public IReadOnlyList<OutstandingOffer> Forget()
    {
        OutstandingOffer[] all = [.. _offers];
        _offers.Clear();
        return all;
    }
}
