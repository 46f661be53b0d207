using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Relaying;

/// <summary>The tracks that this node can serve. Thread-safe.</summary>
internal sealed class TrackShelf(MeshOptions options)
{
    private readonly Dictionary<TrackKey, TrackCache> _caches = [];

    /// <summary>All caches.</summary>
    public IReadOnlyList<TrackCache> All
    {
        get
        {
            lock (_caches)
            {
                return [.. _caches.Values];
            }
        }
    }

    /// <summary>The cache of a track, or of the finest track of the stream for track 0; null when there is none.</summary>
    public TrackCache? Find(TrackKey track)
    {
        lock (_caches)
        {
            return track.Track == 0
                ? _caches.Values.Where(cache => cache.Track.Stream == track.Stream).MaxBy(cache => cache.Track.Track)
                : _caches.GetValueOrDefault(track);
        }
    }

    /// <summary>The cache of a track, new when there is none.</summary>
    public TrackCache Open(TrackKey track)
    {
        lock (_caches)
        {
            return _caches.TryGetValue(track, out var cache)
                ? cache
                : _caches[track] = new TrackCache(track, options.Time, options.CacheFor, options.CacheBytes);
        }
    }

    /// <summary>Gives a track up.</summary>
    public void Remove(TrackKey track)
    {
        lock (_caches)
        {
            _caches.Remove(track);
        }
    }
}
