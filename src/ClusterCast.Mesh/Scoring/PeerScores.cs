using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Scoring;

/// <summary>Remembers how often a node failed. A failure counts half after 30 s. Bounded; thread-safe.</summary>
internal sealed class PeerScores(TimeProvider time)
{
    private const int MaxNodes = 2_000;
    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Address, (double Failures, long At)> _nodes = [];

    /// <summary>Weighted failures of a node, 0 for one that never failed.</summary>
    public double Failures(Address node)
    {
        lock (_nodes)
        {
            return _nodes.TryGetValue(node, out var entry) ? Decayed(entry) : 0;
        }
    }

    /// <summary>A node failed: <paramref name="weight"/> 1 for a lost connection or for holding back, less for a refusal, least for a late part.</summary>
    public void Fail(Address node, double weight = 1)
    {
        lock (_nodes)
        {
            if (_nodes.Count >= MaxNodes && !_nodes.ContainsKey(node))
            {
                _nodes.Remove(_nodes.MinBy(n => Decayed(n.Value)).Key);
            }

            var failures = _nodes.TryGetValue(node, out var entry) ? Decayed(entry) : 0;
            _nodes[node] = (failures + weight, time.GetTimestamp());
        }
    }

    private double Decayed((double Failures, long At) entry) => entry.Failures * Math.Pow(0.5, time.GetElapsedTime(entry.At) / HalfLife);
}
