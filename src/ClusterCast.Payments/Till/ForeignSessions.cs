using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Internal;

/// <summary>Sessions that purses opened at other relays lately. Bounded. Guarded by its caller.</summary>
internal sealed class ForeignSessions(Address self, Domains domains, TillPolicy policy)
{
    // Nothing says when a session elsewhere ends; one that is not heard of again within this time counts as over.
    private static readonly long LifeMs = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    private readonly Dictionary<Address, Dictionary<Address, long>> _byPurse = [];

    public void Heard(in SessionOpenMessage open, long nowMs)
    {
        if (open.Relay == self || Math.Abs((double)open.Time - nowMs) > policy.ClockSkew.TotalMilliseconds)
        {
            return;
        }

        var digest = new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(domains.RelayStaking);
        if (!Secp256k1.TryRecover(digest, open.Signature, out var signer) || signer != open.Purse)
        {
            return;
        }

        if (!_byPurse.TryGetValue(open.Purse, out var relays))
        {
            Prune(nowMs);
            if (_byPurse.Count >= policy.MaxAccounts)
            {
                return;
            }

            _byPurse.Add(open.Purse, relays = []);
        }

        if (relays.Count < policy.MaxSessionsOfPurse || relays.ContainsKey(open.Relay))
        {
            relays[open.Relay] = nowMs + LifeMs;
        }
    }

    public int CountOf(Address purse, long nowMs) =>
        _byPurse.TryGetValue(purse, out var relays) ? relays.Values.Count(deathMs => deathMs > nowMs) : 0;

    private void Prune(long nowMs)
    {
        if (_byPurse.Count < policy.MaxAccounts)
        {
            return;
        }

        foreach (var purse in _byPurse.Where(entry => entry.Value.Values.All(deathMs => deathMs <= nowMs)).Select(entry => entry.Key).ToList())
        {
            _byPurse.Remove(purse);
        }
    }
}
