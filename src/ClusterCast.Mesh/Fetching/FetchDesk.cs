using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Fetching;

/// <summary>The answers to one peer's fetches: at most four at a time, each within ten seconds. Guarded by its <see cref="ServingDesk"/>.</summary>
internal sealed class FetchDesk(PeerConnection peer, ServingFloor floor)
{
    /// <summary>Fetches that one connection may have answered at a time.</summary>
    public const int MaxFetches = 4;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly Dictionary<byte, FetchFeed> _feeds = [];

    /// <summary>Whether no further fetch is taken.</summary>
    public bool IsFull => _feeds.Values.Count(feed => !feed.IsEnded) >= MaxFetches;

    /// <summary>Begins an answer.</summary>
    public void Add(FetchFeed feed)
    {
        Drop(feed.Channel);
        _feeds[feed.Channel] = feed;
        peer.Add(feed);
    }

    /// <summary>Ends an answer, if there is one on the channel.</summary>
    public void Drop(byte channel)
    {
        if (_feeds.Remove(channel, out var feed))
        {
            feed.Stop();
            peer.Remove(feed);
        }
    }

    /// <summary>Looks after answers that are over or took too long.</summary>
    public void Tick()
    {
        foreach (var (channel, feed) in _feeds.ToList())
        {
            var isLate = floor.Options.Time.GetElapsedTime(feed.StartedAt) > Bound;
            if (!feed.IsEnded && !isLate)
            {
                continue;
            }

            Drop(channel);
            if (!feed.IsEnded)
            {
                floor.Metrics.Fetching.Refused.Add();
                peer.Send(new Refused(channel, RefusalCode.NotAccepted, 1_000, $"The answer took longer than {Bound.TotalSeconds} s: pay for it, or ask for less."));
            }
        }
    }

    /// <summary>Ends all answers.</summary>
    public void Clear()
    {
        foreach (var channel in _feeds.Keys.ToList())
        {
            Drop(channel);
        }
    }
}
