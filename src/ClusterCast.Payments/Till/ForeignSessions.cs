using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Internal;

/// <summary>The sessions that purses have open at other relays, as far as they were heard of. Bounded. Guarded by its caller.</summary>
internal sealed class ForeignSessions(Address self, Domains domains, TillPolicy policy)
{
    // A relay that crashed ends nothing: a session that is not heard of again within this time counts as over.
    private static readonly long LifeMs = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    private readonly Dictionary<Address, List<Entry>> _byPurse = [];

    // News go by many ways, so that an end can come before its beginning.
    private readonly NonceBook _over = new(policy.MaxNonces, 2 * policy.ClockSkew);

    public void Heard(in SessionOpenMessage open, long nowMs)
    {
        if (open.Relay == self || open.Time > nowMs + policy.ClockSkew.TotalMilliseconds || _over.Contains(IdOf(open.Purse, open.Relay, open.Nonce)))
        {
            return;
        }

        var digest = new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(domains.RelayStaking);
        if (!Secp256k1.TryRecover(digest, open.Signature, out var signer) || signer != open.Purse)
        {
            return;
        }

        if (!_byPurse.TryGetValue(open.Purse, out var entries))
        {
            Prune(nowMs);
            if (_byPurse.Count >= policy.MaxAccounts)
            {
                return;
            }

            _byPurse.Add(open.Purse, entries = []);
        }

        Add(entries, open.Relay, open.Nonce, nowMs);
    }

    public void Ended(in SessionEndMessage end, long nowMs)
    {
        if (end.Relay == self || Math.Abs((double)end.Time - nowMs) > policy.ClockSkew.TotalMilliseconds)
        {
            return;
        }

        var digest = new SessionEnd(end.Purse, end.Relay, end.Nonce, end.Time).Digest(domains.RelayStaking);
        if (!Secp256k1.TryRecover(digest, end.Signature, out var signer) || signer != end.Relay)
        {
            return;
        }

        // A full book forgets nothing early: such an end still ends what is known.
        _over.Add(IdOf(end.Purse, end.Relay, end.Nonce), nowMs);
        if (_byPurse.TryGetValue(end.Purse, out var entries))
        {
            var (relay, nonce) = (end.Relay, end.Nonce);
            entries.RemoveAll(entry => entry.Relay == relay && entry.Nonce == nonce);
            if (entries.Count == 0)
            {
                _byPurse.Remove(end.Purse);
            }
        }
    }

    public int CountOf(Address purse, long nowMs) =>
        _byPurse.TryGetValue(purse, out var entries) ? entries.Where(entry => entry.DeathMs > nowMs).Select(entry => entry.Relay).Distinct().Count() : 0;

    private void Add(List<Entry> entries, Address relay, Hash32 nonce, long nowMs)
    {
        entries.RemoveAll(entry => entry.DeathMs <= nowMs || (entry.Relay == relay && entry.Nonce == nonce));
        var others = entries.Where(entry => entry.Relay != relay).Select(entry => entry.Relay).Distinct().Count();
        if (others >= policy.MaxSessionsOfPurse)
        {
            return;
        }

        // The relay itself admits no more than this; of one that lies the oldest gives way.
        if (entries.Count(entry => entry.Relay == relay) >= policy.MaxSessionsOfPurse)
        {
            entries.RemoveAt(entries.FindIndex(entry => entry.Relay == relay));
        }

        entries.Add(new Entry(relay, nonce, nowMs + LifeMs));
    }

    private void Prune(long nowMs)
    {
        if (_byPurse.Count < policy.MaxAccounts)
        {
            return;
        }

        foreach (var purse in _byPurse.Where(pair => pair.Value.All(entry => entry.DeathMs <= nowMs)).Select(pair => pair.Key).ToList())
        {
            _byPurse.Remove(purse);
        }
    }

    private static Hash32 IdOf(Address purse, Address relay, Hash32 nonce) => Keccak256.Hash([.. purse.Span, .. relay.Span, .. nonce.Span]);

    private readonly record struct Entry(Address Relay, Hash32 Nonce, long DeathMs);
}
