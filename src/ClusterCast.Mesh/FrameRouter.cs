using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Nat;
using ClusterCast.Mesh.Nat.Punching;
using ClusterCast.Mesh.News;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh;

/// <summary>Hands each frame of a peer to the room that it is for.</summary>
internal sealed class FrameRouter(
    Address own,
    ConnectionTable connections,
    BanList bans,
    Gossip gossip,
    EvidenceGossip evidence,
    SessionGossip sessionNews,
    ObservedAddresses observed,
    Func<PunchDesk> punches,
    MeshMetrics metrics,
    Action changed,
    Func<IEnumerable<TrackSubscription>> subscriptions) : IPeerHandler
{
    /// <inheritdoc/>
    public void OnReady(PeerConnection peer)
    {
        if (peer.Node == own)
        {
            peer.Close(GoodbyeCode.ProtocolError, "This is the node itself.");
        }
        else if (peer.Node is { } node && bans.IsBanned(node))
        {
            peer.Close(GoodbyeCode.Corrupt, "This node is banned here.");
        }
        else
        {
            gossip.Greet(peer);
            evidence.Greet(peer);
            sessionNews.Greet(peer);
            changed();
        }
    }

    /// <inheritdoc/>
    public void OnClosed(PeerConnection peer)
    {
        connections.Remove(peer);
        if (peer is { Dialed: true, Node: { } node })
        {
            observed.Forget(node);
        }

        peer.State.Serving.Dispose();
        peer.State.Inlets.OnClosed(peer.Reason);
        peer.State.Paying.OnClosed();
        peer.State.Measuring.OnClosed();
        changed();
    }

    /// <inheritdoc/>
    public void OnFrame(PeerConnection peer, FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Subscribe:
                peer.State.Serving.OnSubscribe(Subscribe.Read(body));
                break;
            case FrameType.Unsubscribe:
                peer.State.Serving.OnUnsubscribe(Unsubscribe.Read(body).Channel);
                break;
            case FrameType.Fetch:
                peer.State.Serving.OnFetch(Fetch.Read(body));
                break;
            case FrameType.Have:
                peer.State.Haves.Take(Have.Read(body));
                break;
            case FrameType.Subscribed or FrameType.Refused or FrameType.Ended:
            case FrameType.Init or FrameType.Window or FrameType.Part or FrameType.Head or FrameType.Node or FrameType.Leaf:
                peer.State.Inlets.OnFrame(type, body);
                break;
            case FrameType.SessionOpen or FrameType.Ticket or FrameType.SessionClose:
                peer.State.Serving.OnSessionFrame(type, body);
                break;
            case FrameType.Offer or FrameType.TicketRefused or FrameType.Receipt or FrameType.SessionRefused:
                peer.State.Paying.Session?.OnFrame(type, body);
                Wake();
                break;
            case FrameType.Record:
                if (gossip.Take(peer, body))
                {
                    Wake();
                    changed();
                }

                break;
            case FrameType.Load:
                peer.State.Load = Math.Min(Load.Read(body).Percent, (byte)100);
                break;
            case FrameType.Announce:
                OnAnnounce(peer, Announce.Read(body));
                break;
            case FrameType.Withdraw:
                var withdraw = Withdraw.Read(body);
                peer.State.Announcements.Drop(new TrackKey(withdraw.Stream, withdraw.Track));
                Wake();
                break;
            case FrameType.Observed when peer is { Dialed: true, Node: { } node }:
                var seen = Observed.Read(body).Seen;
                peer.ObservedAs = seen.ToEndPoint();
                observed.Take(node, seen);
                changed();
                break;
            case FrameType.PunchRequest or FrameType.PunchOffer or FrameType.PunchGo or FrameType.PunchRefused:
                punches().OnFrame(peer, type, body);
                break;
            case FrameType.Measure:
                peer.State.Measuring.OnMeasure(Measure.Read(body));
                break;
            case FrameType.Padding:
                peer.State.Measuring.OnPadding(Padding.Read(body));
                break;
            case FrameType.Observed:
                throw new WireException("Observed comes from the accepting side only.");
            case FrameType.Evidence:
                evidence.Take(peer, body);
                break;
            case FrameType.SessionNews:
                sessionNews.Take(peer, body);
                break;
            case FrameType.SessionEnd:
                sessionNews.TakeEnd(peer, body);
                break;
            default:
                metrics.Guard.UnknownFrame.Add();
                break;
        }
    }

    private void OnAnnounce(PeerConnection peer, in Announce announce)
    {
        if (announce.Path[^1] != peer.Node)
        {
            throw new WireException("The path of an announcement must end with its sender.");
        }

        var track = new TrackKey(announce.Stream, announce.Track);
        if (announce.Path.Contains(own))
        {
            peer.State.Announcements.Drop(track);
        }
        else if (!peer.State.Announcements.Take(announce))
        {
            throw new WireException($"More than {WireLimits.Tracks} tracks are announced.");
        }

        foreach (var subscription in subscriptions())
        {
            if (subscription.Track == track)
            {
                subscription.OnAnnounced(peer.Node!.Value);
            }
        }

        changed();
    }

    private void Wake()
    {
        foreach (var subscription in subscriptions())
        {
            subscription.Wake();
        }
    }
}
