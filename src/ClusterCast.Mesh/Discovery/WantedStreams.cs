using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Discovery;

/// <summary>The streams that the node wants and that it knows no relay for, or only such as deliver nothing.</summary>
internal sealed class WantedStreams(ConnectionTable connections, RecordBook book, BanList bans)
{
    private const int Most = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private StreamId[] _sought = [];

    /// <summary>Looks for a stream beside those that are subscribed; of more than 16 the oldest wish is forgotten.</summary>
    public void Seek(StreamId stream) => _sought = [.. _sought.Where(other => other != stream).TakeLast(Most - 1), stream];

    /// <summary>Every wanted stream, and whether it is missing.</summary>
    /// <param name="subscriptions">What is taken for this node's own use.</param>
    /// <param name="chosen">The streams that a relay was told to carry.</param>
    public IReadOnlyDictionary<StreamId, bool> Look(IEnumerable<TrackSubscription> subscriptions, IEnumerable<StreamId> chosen)
    {
        var wanted = new Dictionary<StreamId, bool>();
        foreach (var stream in _sought.Concat(chosen))
        {
            wanted[stream] = !IsKnown(stream);
        }

        foreach (var subscription in subscriptions.Where(s => !s.IsStopped))
        {
            var stream = subscription.Track.Stream;
            wanted[stream] = subscription.Forsaken > Patience || !IsKnown(stream);
        }

        return wanted;
    }

    private bool IsKnown(StreamId stream) =>
        book.Carrying(new TrackKey(stream, 0)).Any(record => !bans.IsBanned(record.Node))
        || connections.Ready.Any(peer => peer.State.Announcements.Received.Any(announce => announce.Stream == stream));
}
