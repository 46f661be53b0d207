using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>Punching in every part that a node plays: it dials so, is dialed so, and arranges it for its peers.</summary>
internal sealed class PunchDesk(MeshOptions options, ConnectionTable connections, Connector connector, CancellationToken stop)
{
    private readonly PunchCoordinator _coordinator = new(connections, options.Time);
    private readonly PunchTarget _target = new(connector.Quic, options.Time, stop);
    private readonly Puncher _puncher = new(connector, options.Time, options.Random);

    /// <summary>A frame of a peer.</summary>
    public void OnFrame(PeerConnection peer, FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.PunchRequest when options.Role == PeerRole.Relay:
                _coordinator.OnRequest(peer, PunchRequest.Read(body));
                break;
            case FrameType.PunchRequest:
                peer.Send(new PunchRefused(PunchRequest.Read(body).Token, PunchRefusal.NotConnected));
                break;
            case FrameType.PunchOffer when options.QuicListen is not null:
                _target.OnOffer(peer, PunchOffer.Read(body));
                break;
            case FrameType.PunchGo:
                _puncher.OnGo(PunchGo.Read(body));
                break;
            case FrameType.PunchRefused:
                _puncher.OnRefused(PunchRefused.Read(body));
                break;
        }
    }

    /// <summary>A relay that can arrange a connection to this one: named in its record, and connected here by QUIC.</summary>
    public PeerConnection? CoordinatorFor(RelayRecord record) =>
        connections.Ready.FirstOrDefault(peer => PunchCoordinator.IsObserved(peer) && PunchAddress.Coordinators(record).Contains(peer.Node!.Value));

    /// <summary>One attempt; null when it has failed.</summary>
    public Task<PeerConnection?> PunchAsync(PeerConnection coordinator, Address node, CancellationToken cancel) => _puncher.PunchAsync(coordinator, node, cancel);
}
