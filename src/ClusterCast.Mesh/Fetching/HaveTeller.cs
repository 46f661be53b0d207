using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Fetching;

/// <summary>Tells the nodes that know of a track which windows of it are cached here. Lazily: once a second, and only what is new.</summary>
internal sealed class HaveTeller(MeshOptions options, ConnectionTable connections, TrackShelf shelf)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private long _toldAt = options.Time.GetTimestamp();

    /// <summary>Tells what has changed, when it is time.</summary>
    public void Sync()
    {
        if (options.Time.GetElapsedTime(_toldAt) < Pace)
        {
            return;
        }

        _toldAt = options.Time.GetTimestamp();
        foreach (var cache in shelf.All)
        {
            // A set without any window is worth no frame.
            if (cache.Held is { Held: not 0 } have)
            {
                Tell(cache, have);
            }
        }
    }

    private void Tell(TrackCache cache, in Have have)
    {
        byte[]? frame = null;
        foreach (var peer in connections.Ready)
        {
            if (peer.Node is not null && peer.State.Announcements.WasSent(cache.Track) && peer.State.Haves.Note(have))
            {
                peer.TrySend(frame ??= Frame.Encode(have));
            }
        }
    }
}
