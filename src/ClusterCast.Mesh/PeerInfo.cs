using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh;

/// <summary>A connected peer.</summary>
/// <param name="Node">Its proven node id; null for a viewer on a WebSocket.</param>
/// <param name="Role">What it says it is; a relay when it was dialed.</param>
/// <param name="Remote">Its address, for people.</param>
/// <param name="Dialed">Whether this node dialed.</param>
/// <param name="RoundTrip">The last measured round trip; null before the first.</param>
/// <param name="SentBytes">Bytes sent.</param>
/// <param name="ReceivedBytes">Bytes received.</param>
/// <param name="Subscriptions">Subscriptions of the peer that are served here.</param>
/// <param name="Transport">What carries the connection: <c>quic</c>, <c>tls</c> or <c>websocket</c>.</param>
public sealed record PeerInfo(
    Address? Node, PeerRole Role, string Remote, bool Dialed, TimeSpan? RoundTrip, long SentBytes, long ReceivedBytes, int Subscriptions, string Transport);

/// <summary>A track that this node serves.</summary>
/// <param name="Track">The track.</param>
/// <param name="Run">The run, Unix ms.</param>
/// <param name="Path">The way from the broadcaster to this node; null while nothing arrives.</param>
/// <param name="OldestWindow">Oldest cached window.</param>
/// <param name="NewestWindow">Newest cached window.</param>
/// <param name="Subscribers">Subscribers that are served.</param>
public sealed record CarriedInfo(
    Protocol.Windows.TrackKey Track, ulong Run, IReadOnlyList<Address>? Path, uint OldestWindow, uint NewestWindow, int Subscribers);
