using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Transports;

/// <summary>The connections of a node. Thread-safe.</summary>
internal sealed class ConnectionTable
{
    private PeerConnection[] _all = [];
    private readonly Lock _gate = new();

    /// <summary>All connections, also those in the handshake.</summary>
    public IReadOnlyList<PeerConnection> All => Volatile.Read(ref _all);

    /// <summary>The connections past their handshake.</summary>
    public IEnumerable<PeerConnection> Ready => All.Where(peer => peer.IsReady);

    /// <summary>Whether a ready connection to the node exists.</summary>
    public bool IsConnected(Address node) => Ready.Any(peer => peer.Node == node);

    /// <summary>Adds a connection; false when there are <paramref name="limit"/> already.</summary>
    public bool TryAdd(PeerConnection peer, int limit)
    {
        lock (_gate)
        {
            if (_all.Length >= limit)
            {
                return false;
            }

            _all = [.. _all, peer];
            return true;
        }
    }

    /// <summary>Removes a connection.</summary>
    public void Remove(PeerConnection peer)
    {
        lock (_gate)
        {
            _all = [.. _all.Where(p => p != peer)];
        }
    }
}
