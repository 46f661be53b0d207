using System.Net;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>Counts addresses by their network and refuses more than so many of one. Thread-safe.</summary>
internal sealed class NetworkQuota(int limit)
{
    private readonly Dictionary<NetworkPrefix, int> _taken = [];

    /// <summary>Whether one more of this network is allowed, which is counted.</summary>
    public bool TryTake(IPAddress address)
    {
        var prefix = NetworkPrefix.Of(address);
        lock (_taken)
        {
            var taken = _taken.GetValueOrDefault(prefix);
            if (taken >= limit)
            {
                return false;
            }

            _taken[prefix] = taken + 1;
            return true;
        }
    }
}
