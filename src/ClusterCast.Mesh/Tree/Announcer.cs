using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tree;

/// <summary>
/// Keeps every peer told of the tracks that this node can serve. A node on a track's path is never told of it, and is told when it comes to lie on it: that
/// keeps the tree free of loops.
/// </summary>
internal sealed class Announcer(ConnectionTable connections, TrackShelf shelf, Func<PeerConnection, TrackCache, bool> isAddressee)
{
    private readonly Lock _gate = new();

    /// <summary>Sends what has changed since the last time.</summary>
    public void Sync()
    {
        lock (_gate)
        {
            var caches = shelf.All;
            foreach (var peer in connections.Ready)
            {
                Sync(peer, caches);
            }
        }
    }

    private void Sync(PeerConnection peer, IReadOnlyList<TrackCache> caches)
    {
        var told = peer.State.Announcements;
        foreach (var cache in caches)
        {
            if (cache is { IsEnded: false, Path: { Length: <= WireLimits.PathNodes } path, Newest: { } newest }
                && !(peer.Node is { } node && path.Contains(node)) && isAddressee(peer, cache))
            {
                if (told.Note(cache.Track, newest.Run, path))
                {
                    peer.Send(new Announce(cache.Track.Stream, cache.Track.Track, newest.Run, path));
                }
            }
            else if (cache.IsEnded && peer.State.Serving.Serves(cache.Track))
            {
                // It gets the rest of the track and Ended first; a withdrawal would send it looking elsewhere.
            }
            else if (told.Forget(cache.Track))
            {
                peer.Send(new Withdraw(cache.Track.Stream, cache.Track.Track));
            }
        }

        foreach (var gone in told.Sent.Where(track => caches.All(cache => cache.Track != track)))
        {
            told.Forget(gone);
            peer.Send(new Withdraw(gone.Stream, gone.Track));
        }
    }
}
