using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Tree;

namespace ClusterCast.Mesh.Transports;

/// <summary>What the rooms keep for one connection.</summary>
internal sealed class PeerState(ServingDesk serving)
{
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

    /// <summary>Announcements in both directions.</summary>
    public PeerAnnouncements Announcements { get; } = new();
}
