using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Tree;

/// <summary>The tracks that a relay carries: every announced one up to the limit, given up again a minute after nobody has it any more.</summary>
internal sealed class CarryKeeper(MeshOptions options, ConnectionTable connections, TrackShelf shelf, Func<TrackKey, ITrackSink, TrackSubscription> subscribe, Action changed)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(60);

    private readonly Dictionary<TrackKey, TrackSubscription> _carried = [];
    private readonly Lock _gate = new();
    private bool _stopped;

    /// <summary>The subscriptions behind the carried tracks.</summary>
    public IReadOnlyList<TrackSubscription> Carried
    {
        get
        {
            lock (_gate)
            {
                return [.. _carried.Values];
            }
        }
    }

    /// <summary>Takes up what is announced and may be carried; gives up what has been gone for a minute.</summary>
    public void Update()
    {
        lock (_gate)
        {
            foreach (var (track, subscription) in _carried.ToList())
            {
                if (subscription.Forsaken > GiveUpAfter)
                {
                    _carried.Remove(track);
                    shelf.Remove(track);
                    _ = subscription.StopAsync();
                }
            }

            foreach (var announce in connections.Ready.SelectMany(peer => peer.State.Announcements.Received))
            {
                var track = new TrackKey(announce.Stream, announce.Track);
                if (!_stopped && !_carried.ContainsKey(track) && _carried.Count < options.CarryLimit && options.CarryOnly?.Contains(track.Stream) != false
                    && !announce.Path.Contains(options.NodeKey.Address))
                {
                    _carried[track] = subscribe(track, new CacheSink(shelf.Open(track), options.NodeKey.Address, changed));
                }
            }
        }
    }

    /// <summary>Stops all subscriptions, with their closing tickets.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        return Task.WhenAll(Carried.Select(subscription => subscription.StopAsync()));
    }

    /// <summary>Puts what a subscription verifies into the cache, leaf by leaf.</summary>
    private sealed class CacheSink(TrackCache cache, Address own, Action changed) : ITrackSink
    {
        private ulong _run;

        public void OnHead(VerifiedWindow window, int first, SignedHead head)
        {
            cache.Advance(window.Run, window.Number, window.Prev, window.Init, window.Parts.Skip(first), head);
            if (_run != window.Run)
            {
                _run = window.Run;
                changed();
            }
        }

        public void OnLeaf(VerifiedWindow window, VerifiedPart part, int leaf) => cache.AddLeaf(window.Run, window.Number, part, leaf);

        public void OnPath(Address[]? path)
        {
            cache.Path = path is null ? null : [.. path, own];
            changed();
        }

        public void OnEnded()
        {
            cache.End();
            changed();
        }
    }
}
