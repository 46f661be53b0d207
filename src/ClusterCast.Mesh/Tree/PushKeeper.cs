using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tree;

/// <summary>
/// Chooses the relays that a broadcaster pushes to, and another one for each that dies, does not subscribe, or takes no more bytes within a second.
/// </summary>
internal sealed class PushKeeper(MeshOptions options, ConnectionTable connections, BanList bans, PeerScores scores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<PeerConnection, long> _chosen = [];
    private readonly Dictionary<Address, long> _failed = [];
    private readonly Lock _gate = new();

    /// <summary>Whether a peer is one of the chosen.</summary>
    public bool IsChosen(PeerConnection peer)
    {
        lock (_gate)
        {
            return _chosen.ContainsKey(peer);
        }
    }

    /// <summary>Chooses anew where it is needed; true when something changed.</summary>
    public bool Update(IReadOnlyCollection<TrackKey> liveTracks)
    {
        lock (_gate)
        {
            var changed = false;
            foreach (var (peer, since) in _chosen.ToList())
            {
                if (!peer.IsReady || Disappoints(peer, since, liveTracks))
                {
                    _chosen.Remove(peer);
                    _failed[peer.Node!.Value] = options.Time.GetTimestamp();
                    scores.Fail(peer.Node.Value);
                    changed = true;
                }
            }

            var eligible = connections.Ready
                .Where(peer => peer is { Role: PeerRole.Relay, Node: { } node } && !bans.IsBanned(node) && _chosen.Keys.All(c => c.Node != node))
                .OrderBy(peer => _failed.GetValueOrDefault(peer.Node!.Value))
                .DistinctBy(peer => peer.Node)
                .ToList();
            foreach (var peer in eligible.Take(options.PushTo - _chosen.Count))
            {
                _chosen[peer] = options.Time.GetTimestamp();
                changed = true;
            }

            return changed;
        }
    }

    private bool Disappoints(PeerConnection peer, long since, IReadOnlyCollection<TrackKey> liveTracks)
    {
        // Where there is no other relay, patience has no end.
        var hasOther = connections.Ready.Any(other => other.Role == PeerRole.Relay && other.Node != peer.Node && !_chosen.ContainsKey(other));
        if (liveTracks.Count == 0)
        {
            _chosen[peer] = options.Time.GetTimestamp();
            return false;
        }

        return hasOther && (peer.BlockedFor > Patience
            || (options.Time.GetElapsedTime(since) > Patience && liveTracks.Any(track => !peer.State.Serving.Serves(track))));
    }
}
