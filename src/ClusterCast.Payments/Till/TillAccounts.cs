using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments.Internal;

/// <summary>Payers of a till. At most so many are remembered without an open session; the longest idle is forgotten. Guarded by its caller.</summary>
internal sealed class TillAccounts(TillTariff tariff, int capacity, IndexPool indexes)
{
    private readonly Dictionary<Address, LinkedListNode<TillAccount>> _byPurse = [];
    private readonly LinkedList<TillAccount> _byUse = [];

    public TillAccount Get(Address purse, long nowMs)
    {
        if (_byPurse.TryGetValue(purse, out var known))
        {
            _byUse.Remove(known);
            _byUse.AddLast(known);
            return known.Value;
        }

        for (var oldest = _byUse.First; oldest is not null && _byUse.Count >= capacity;)
        {
            var next = oldest.Next;
            Forget(oldest);
            oldest = next;
        }

        var account = new TillAccount(purse, tariff, nowMs);
        _byPurse.Add(purse, _byUse.AddLast(account));
        return account;
    }

    private void Forget(LinkedListNode<TillAccount> node)
    {
        lock (node.Value.Gate)
        {
            if (node.Value.Sessions.Count > 0)
            {
                return;
            }

            foreach (var offer in node.Value.Forget())
            {
                indexes.Release(offer.Index);
            }
        }

        _byUse.Remove(node);
        _byPurse.Remove(node.Value.Purse);
    }
}
