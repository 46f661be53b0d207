using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>What all subscriptions of a node share.</summary>
/// <param name="Options">Limits, sessions and clock.</param>
/// <param name="Candidates">Where a track can be taken from.</param>
/// <param name="Book">Relay records.</param>
/// <param name="Scores">Failures of nodes.</param>
/// <param name="Metrics">Counters.</param>
/// <param name="Keys">Which keys may sign heads.</param>
/// <param name="Dial">Connects to a relay; fails with <see cref="MeshException"/>. Dialing a relay that is connected gives that connection, unless it is paid for another stream.</param>
/// <param name="Convict">Bans a node for corrupt media and closes its connections.</param>
/// <param name="Report">Acts on evidence and gossips it.</param>
/// <param name="Fetcher">Gets what was lost.</param>
internal sealed record SubscribingFloor(
    MeshOptions Options,
    Candidates Candidates,
    RecordBook Book,
    PeerScores Scores,
    MeshMetrics Metrics,
    TrustedKeys Keys,
    Func<RelayRecord, TrackKey, CancellationToken, Task<PeerConnection>> Dial,
    Action<Corruption> Convict,
    Action<Offence> Report,
    Fetcher Fetcher);
