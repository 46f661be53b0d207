using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Discovery;

/// <summary>Finds the tracks of a stream by what relays announce and what their records say.</summary>
internal sealed class TrackFinder(RecordBook book, ConnectionTable connections, Housekeeper housekeeper)
{
    /// <summary>The finest track that a known relay carries; waits until there is one.</summary>
    public async Task<TrackKey> FinestAsync(StreamId stream, CancellationToken cancel)
    {
        var found = new TaskCompletionSource<TrackKey>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            var tracks = book.Current.SelectMany(record => record.Tracks).Select(carried => carried.Track)
                .Concat(connections.Ready.SelectMany(peer => peer.State.Announcements.Received).Select(announce => new TrackKey(announce.Stream, announce.Track)))
                .Where(track => track.Stream == stream).ToList();
            if (tracks.Count > 0)
            {
                found.TrySetResult(tracks.MaxBy(track => track.Track));
            }
        }

        housekeeper.Kept += Look;
        try
        {
            Look();
            return await found.Task.WaitAsync(cancel);
        }
        finally
        {
            housekeeper.Kept -= Look;
        }
    }
}
