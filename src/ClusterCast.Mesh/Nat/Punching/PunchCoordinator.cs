using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>A relay that tells two of its own peers where it sees the other, so that both send at one moment (spec/wire.md, Punching).</summary>
internal sealed class PunchCoordinator(ConnectionTable connections, TimeProvider time)
{
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UnknownTrip = TimeSpan.FromMilliseconds(100);

    private readonly AttemptLimit _requesters = new(time);
    private readonly AttemptLimit _targets = new(time);

    /// <summary>A peer wants a connection to another.</summary>
    public void OnRequest(PeerConnection peer, in PunchRequest request)
    {
        if (!IsObserved(peer))
        {
            Refuse(peer, request, PunchRefusal.NotObserved);
            return;
        }

        var node = request.Node;
        var target = connections.Ready.FirstOrDefault(other => other != peer && other.Node == node && IsObserved(other));
        if (target is null)
        {
            Refuse(peer, request, PunchRefusal.NotConnected);
        }
        else if (!_requesters.TryTake(peer.Node!.Value) || !_targets.TryTake(node))
        {
            Refuse(peer, request, PunchRefusal.TooOften);
        }
        else
        {
            // Each frame needs half a round trip; whoever is nearer waits for the difference.
            var (near, far) = (peer.RoundTrip ?? UnknownTrip, target.RoundTrip ?? UnknownTrip);
            var start = ((near > far ? near : far) / 2) + Slack;
            target.Send(new PunchOffer(request.Token, peer.Seen!.ToWire(), Micros(start - (far / 2))));
            peer.Send(new PunchGo(request.Token, target.Seen!.ToWire(), Micros(start - (near / 2))));
        }
    }

    /// <summary>Whether the peer's UDP address is known: its connection is QUIC.</summary>
    public static bool IsObserved(PeerConnection peer) => peer is { Transport: "quic", Node: not null, Seen: not null };

    private static uint Micros(TimeSpan wait) => (uint)(wait < LongestWait ? wait : LongestWait).TotalMicroseconds;

    private static void Refuse(PeerConnection peer, in PunchRequest request, PunchRefusal code) => peer.Send(new PunchRefused(request.Token, code));
}
