using System.Net;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat;

/// <summary>
/// Where dialed peers see this node. One peer may err or lie, so an address counts once two peers, and more than half of all, name it. Holds the newest word
/// of at most 16 peers; more are not asked. Thread-safe.
/// </summary>
internal sealed class ObservedAddresses(Action<IPAddress> agreed)
{
    /// <summary>Peers that are heard.</summary>
    public const int Capacity = 16;

    private const int Quorum = 2;

    private readonly Dictionary<Address, IPEndPoint> _seen = [];

    /// <summary>The public address that enough peers name; null while they do not.</summary>
    public IPAddress? Agreed { get; private set; }

    /// <summary>What each peer says.</summary>
    public IReadOnlyDictionary<Address, IPEndPoint> All
    {
        get
        {
            lock (_seen)
            {
                return new Dictionary<Address, IPEndPoint>(_seen);
            }
        }
    }

    /// <summary>Takes the word of a dialed peer.</summary>
    public void Take(Address peer, NetAddress seen)
    {
        IPAddress? news;
        lock (_seen)
        {
            if (_seen.Count >= Capacity && !_seen.ContainsKey(peer))
            {
                return;
            }

            _seen[peer] = seen.ToEndPoint();
            news = Count();
        }

        if (news is not null)
        {
            agreed(news);
        }
    }

    /// <summary>The connection to a peer has ended: its word may be out of date. What was agreed stays until others agree on something else.</summary>
    public void Forget(Address peer)
    {
        lock (_seen)
        {
            _seen.Remove(peer);
        }
    }

    // The address, when it is another than before.
    private IPAddress? Count()
    {
        var top = _seen.Values.Select(endPoint => endPoint.Address).Where(NetAddresses.IsPublic).CountBy(address => address).OrderByDescending(entry => entry.Value).FirstOrDefault();
        if (top.Value < Quorum || 2 * top.Value <= _seen.Count || top.Key.Equals(Agreed))
        {
            return null;
        }

        return Agreed = top.Key;
    }
}
