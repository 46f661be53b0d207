using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tree;

/// <summary>What one peer announced, and what was announced to it. Bounded; thread-safe.</summary>
internal sealed class PeerAnnouncements
{
    private readonly Dictionary<TrackKey, Announce> _received = [];
    private readonly HashSet<TrackKey> _withdrawn = [];
    private readonly Dictionary<TrackKey, (ulong Run, Address[] Path)> _sent = [];

    /// <summary>The tracks that the peer announces now.</summary>
    public IReadOnlyList<Announce> Received
    {
        get
        {
            lock (_received)
            {
                return [.. _received.Values];
            }
        }
    }

    /// <summary>The tracks that were announced to the peer.</summary>
    public IReadOnlyList<TrackKey> Sent
    {
        get
        {
            lock (_received)
            {
                return [.. _sent.Keys];
            }
        }
    }

    /// <summary>The peer's announcement of a track; null when there is none.</summary>
    public Announce? Find(TrackKey track)
    {
        lock (_received)
        {
            return _received.TryGetValue(track, out var announce) ? announce : null;
        }
    }

    /// <summary>Whether the peer announced the track and took it back.</summary>
    public bool IsWithdrawn(TrackKey track)
    {
        lock (_received)
        {
            return _withdrawn.Contains(track);
        }
    }

    /// <summary>Takes an announcement; false when the peer announces more than 64 tracks.</summary>
    public bool Take(in Announce announce)
    {
        var track = new TrackKey(announce.Stream, announce.Track);
        lock (_received)
        {
            if (_received.Count >= WireLimits.Tracks && !_received.ContainsKey(track))
            {
                return false;
            }

            _received[track] = announce;
            _withdrawn.Remove(track);
            return true;
        }
    }

    /// <summary>Takes an announcement back.</summary>
    public void Drop(TrackKey track)
    {
        lock (_received)
        {
            if (_received.Remove(track) && _withdrawn.Count < WireLimits.Tracks)
            {
                _withdrawn.Add(track);
            }
        }
    }

    /// <summary>Whether the peer was told of the track.</summary>
    public bool WasSent(TrackKey track)
    {
        lock (_received)
        {
            return _sent.ContainsKey(track);
        }
    }

    /// <summary>Notes what the peer is told; false when it knows already.</summary>
    public bool Note(TrackKey track, ulong run, Address[] path)
    {
        lock (_received)
        {
            if (_sent.TryGetValue(track, out var known) && known.Run == run && known.Path.AsSpan().SequenceEqual(path))
            {
                return false;
            }

            _sent[track] = (run, path);
            return true;
        }
    }

    /// <summary>Notes that the peer is told of a withdrawal; false when it never knew of the track.</summary>
    public bool Forget(TrackKey track)
    {
        lock (_received)
        {
            return _sent.Remove(track);
        }
    }
}
