using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Nat.Measuring;
using ClusterCast.Mesh.News;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Tree;

namespace ClusterCast.Mesh.Transports;

/// <summary>What the rooms keep for one connection.</summary>
internal sealed class PeerState(ServingDesk serving, MeasuringDesk measuring, TimeProvider time)
{
    private int _fetches;

    /// <summary>Subscriptions of the peer here, and its session.</summary>
    public ServingDesk Serving { get; } = serving;

    /// <summary>Subscriptions of this node at the peer.</summary>
    public Inlets Inlets { get; } = new();

    /// <summary>The session in which this node pays the peer.</summary>
    public PayingSlot Paying { get; } = new();

    /// <summary>How full the peer says that it is, 0 to 100.</summary>
    public int Load { get; set; }

    /// <summary>How full this node has told the peer that it is.</summary>
    public int ToldLoad { get; set; }

    /// <summary>Measures the link for the peer.</summary>
    public MeasuringDesk Measuring { get; } = measuring;

    /// <summary>Announcements in both directions.</summary>
    public PeerAnnouncements Announcements { get; } = new();

    /// <summary>Cached windows, told in both directions.</summary>
    public PeerHaves Haves { get; } = new();

    /// <summary>The rates at which its news are taken.</summary>
    public NewsGate News { get; } = new(time);

    /// <summary>Begins a fetch at the peer; false while it has as many of this node's as it answers at a time.</summary>
    public bool TryBeginFetch()
    {
        if (Interlocked.Increment(ref _fetches) <= FetchDesk.MaxFetches)
        {
            return true;
        }

        Interlocked.Decrement(ref _fetches);
        return false;
    }

    /// <summary>Ends a fetch that was begun.</summary>
    public void EndFetch() => Interlocked.Decrement(ref _fetches);
}
