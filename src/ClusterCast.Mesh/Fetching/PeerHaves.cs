using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Fetching;

/// <summary>What one peer says that it has cached, and what it was told. Bounded by the tracks of a connection; thread-safe.</summary>
internal sealed class PeerHaves
{
    private readonly Dictionary<TrackKey, Have> _received = [];
    private readonly Dictionary<TrackKey, Have> _sent = [];

    /// <summary>Takes the peer's word. Throws <see cref="WireException"/> when it speaks of more than 64 tracks.</summary>
    public void Take(in Have have)
    {
        var track = new TrackKey(have.Stream, have.Track);
        lock (_received)
        {
            if (_received.Count >= WireLimits.Tracks && !_received.ContainsKey(track))
            {
                throw new WireException($"More than {WireLimits.Tracks} tracks are told of.");
            }

            _received[track] = have;
        }
    }

    /// <summary>Whether the peer says that it has a window in full; run 0 is any.</summary>
    public bool Holds(TrackKey track, ulong run, uint window)
    {
        lock (_received)
        {
            return _received.TryGetValue(track, out var have) && (run == 0 || have.Run == run) && have.Holds(window);
        }
    }

    /// <summary>Notes what the peer is told; false when it knows already.</summary>
    public bool Note(in Have have)
    {
        var track = new TrackKey(have.Stream, have.Track);
        lock (_received)
        {
            if (_sent.TryGetValue(track, out var known) && known == have)
            {
                return false;
            }

            if (_sent.Count >= WireLimits.Tracks)
            {
                _sent.Clear();
            }

            _sent[track] = have;
            return true;
        }
    }
}
