using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>Nodes that a subscription does not ask for a while, each for a longer while when it disappoints again. Thread-safe.</summary>
internal sealed class RestingNodes(TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Address, (long Since, TimeSpan For, int Times)> _nodes = [];

    /// <summary>Whether a node rests now.</summary>
    public bool IsResting(Address node)
    {
        lock (_nodes)
        {
            return _nodes.TryGetValue(node, out var rest) && time.GetElapsedTime(rest.Since) < rest.For;
        }
    }

    /// <summary>Lets a node rest; twice as long as the last time when that was a fault and was not made good by <see cref="Succeeded"/>.</summary>
    public void Rest(Address node, TimeSpan atLeast, bool isFault = true)
    {
        lock (_nodes)
        {
            var times = _nodes.TryGetValue(node, out var rest) && isFault ? Math.Min(rest.Times + 1, 6) : 0;
            var span = atLeast * (1 << times);
            _nodes[node] = (time.GetTimestamp(), span < Longest ? span : Longest, times);
        }
    }

    /// <summary>There is news of a node: it may be asked again.</summary>
    public void Wake(Address node)
    {
        lock (_nodes)
        {
            if (_nodes.TryGetValue(node, out var rest))
            {
                _nodes[node] = rest with { For = TimeSpan.Zero };
            }
        }
    }

    /// <summary>A node has delivered.</summary>
    public void Succeeded(Address node)
    {
        lock (_nodes)
        {
            _nodes.Remove(node);
        }
    }
}
