using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>
/// Connections that were dialed on a hint of the DHT or of the LAN. One that turns out useless, while the node has relays enough, is closed after 3 s: by then
/// its peer has told its records.
/// </summary>
internal sealed class Visitors(MeshOptions options, ConnectionTable connections)
{
    private const int Most = 64;
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(3);

    private readonly Dictionary<PeerConnection, long> _since = [];

    /// <summary>Notes a new connection. Of more than 64 at a time, further ones stay as long as they like.</summary>
    public void Add(PeerConnection peer)
    {
        lock (_since)
        {
            if (_since.Count < Most)
            {
                _since[peer] = options.Time.GetTimestamp();
            }
        }
    }

    /// <summary>Closes those that have told what they know and are of no use.</summary>
    /// <param name="wanted">Streams that are wanted: who announces one stays.</param>
    public void Update(IReadOnlyDictionary<StreamId, bool> wanted)
    {
        lock (_since)
        {
            foreach (var (peer, since) in _since.ToList())
            {
                if (peer.IsClosing)
                {
                    _since.Remove(peer);
                }
                else if (options.Time.GetElapsedTime(since) > Stay)
                {
                    _since.Remove(peer);
                    if (!IsUseful(peer, wanted) && connections.Ready.Count(other => other.Role == PeerRole.Relay) > options.MaxPeers)
                    {
                        peer.Close(GoodbyeCode.Idle, "Nothing is taken from here.");
                    }
                }
            }
        }
    }

    private static bool IsUseful(PeerConnection peer, IReadOnlyDictionary<StreamId, bool> wanted) =>
        peer.State.Inlets.Count > 0 || peer.State.Serving.Count > 0 || peer.State.Announcements.Received.Any(announce => wanted.ContainsKey(announce.Stream));
}
