using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tree;

/// <summary>
/// Chooses the relays that a broadcaster pushes to, and another one for each that dies, does not subscribe, or takes no more bytes within a second. A relay
/// whose record no longer lists a live track, because all that it knows lie or are silent, is pushed to as well: no relay can cut the tree.
/// </summary>
internal sealed class PushKeeper(MeshOptions options, ConnectionTable connections, RecordBook book, BanList bans, PeerScores scores)
{
    private const int RescuesAtOnce = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Avoidance = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RescueAfterLoss = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan RescueNewcomer = TimeSpan.FromSeconds(4);

    private readonly Dictionary<PeerConnection, long> _chosen = [];
    private readonly Dictionary<Address, long> _failed = [];
    private readonly Dictionary<Address, long> _without = [];
    private readonly HashSet<Address> _hadAll = [];
    private readonly Lock _gate = new();

    /// <summary>Whether a peer is one of the chosen.</summary>
    public bool IsChosen(PeerConnection peer)
    {
        lock (_gate)
        {
            return _chosen.ContainsKey(peer);
        }
    }

    /// <summary>Chooses anew where it is needed.</summary>
    public void Update(IReadOnlyCollection<TrackKey> live)
    {
        lock (_gate)
        {
            var now = options.Time.GetTimestamp();
            var relays = connections.Ready
                .Where(peer => peer is { Role: PeerRole.Relay, Node: { } node } && !bans.IsBanned(node))
                .DistinctBy(peer => peer.Node)
                .ToList();
            foreach (var (peer, since) in _chosen.ToList())
            {
                if (live.Count == 0 && peer.IsReady)
                {
                    _chosen[peer] = now;
                }
                else if (!peer.IsReady || (Disappoints(peer, since, live) && relays.Exists(IsSpare)))
                {
                    _chosen.Remove(peer);
                    _failed[peer.Node!.Value] = now;
                    scores.Fail(peer.Node.Value);
                }
            }

            foreach (var peer in relays.Where(IsSpare).OrderBy(peer => _failed.GetValueOrDefault(peer.Node!.Value)).Take(options.PushTo - _chosen.Count).ToList())
            {
                _chosen[peer] = now;
            }

            foreach (var peer in relays.Where(peer => IsSpare(peer) && NeedsRescue(peer.Node!.Value, live, now)).ToList())
            {
                if (_chosen.Count < options.PushTo + RescuesAtOnce)
                {
                    _chosen[peer] = now;
                }
            }
        }
    }

    private bool IsSpare(PeerConnection peer) => _chosen.Keys.All(chosen => chosen.Node != peer.Node);

    private bool Disappoints(PeerConnection peer, long since, IReadOnlyCollection<TrackKey> live) =>
        peer.BlockedFor > Patience || (options.Time.GetElapsedTime(since) > Patience && live.Any(track => !peer.State.Serving.Serves(track)));

    private bool NeedsRescue(Address node, IReadOnlyCollection<TrackKey> live, long now)
    {
        if (live.Count == 0 || book.Find(node) is not { } record)
        {
            return false;
        }

        if (live.All(track => record.Tracks.Any(t => t.Track == track)))
        {
            _hadAll.Add(node);
            _without.Remove(node);
            return false;
        }

        _without.TryAdd(node, now);
        var isAvoided = _failed.TryGetValue(node, out var failedAt) && options.Time.GetElapsedTime(failedAt) < Avoidance;
        return !isAvoided && options.Time.GetElapsedTime(_without[node]) > (_hadAll.Contains(node) ? RescueAfterLoss : RescueNewcomer);
    }
}
