using System.Net;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>
/// Which relays a relay behind a NAT names in its record, so that others can ask them for a direct connection: at most two that it dialed by QUIC and that see
/// it at an address which is not its own. None where the relay has a public address.
/// </summary>
internal sealed class Coordinators(ConnectionTable connections, TimeProvider time, Func<IReadOnlySet<IPAddress>> ownAddresses)
{
    private const int Most = 2;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private IReadOnlySet<IPAddress>? _own;
    private long _ownAt;

    /// <summary>As the record holds them.</summary>
    public IReadOnlyList<Endpoint> Current { get; private set; } = [];

    /// <summary>Looks again; true when they are others than before.</summary>
    public bool Update(IReadOnlyList<Endpoint> endpoints)
    {
        var found = endpoints.Count == 0 || endpoints.Any(PunchAddress.IsPublic)
            ? []
            : connections.Ready
                .Where(peer => peer is { Dialed: true, Role: PeerRole.Relay, ObservedAs: not null } && PunchCoordinator.IsObserved(peer) && !IsOwn(peer.ObservedAs!.Address))
                .Select(peer => peer.Node!.Value)
                .Distinct()
                .Order()
                .Take(Most)
                .Select(PunchAddress.Of)
                .ToList();
        if (found.SequenceEqual(Current))
        {
            return false;
        }

        Current = found;
        return true;
    }

    private bool IsOwn(IPAddress address)
    {
        if (_own is null || time.GetElapsedTime(_ownAt) > LookEvery)
        {
            (_own, _ownAt) = (ownAddresses(), time.GetTimestamp());
        }

        return _own.Contains(address);
    }
}
