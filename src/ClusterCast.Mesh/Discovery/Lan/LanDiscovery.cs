using System.Net;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery.Lan;

/// <summary>
/// Finds relays on the LAN: relays say that they are here, at the start, every 30 s and when somebody asks, at most once a second; a node with few relays asks
/// every 5 s. Beacons from addresses of the internet are not believed; of the others at most 20 a second are looked at, and an
/// address that was dialed rests (<see cref="TriedAddresses"/>).
/// </summary>
/// <param name="send">Sends a datagram to the LAN.</param>
/// <param name="mesh">Of the node.</param>
/// <param name="port">The port of this relay; 0 says nothing.</param>
/// <param name="isKnown">Whether a node is connected or banned.</param>
/// <param name="dial">Connects to a relay that must prove this id. Fails with <see cref="MeshException"/>.</param>
internal sealed class LanDiscovery(Action<byte[]> send, MeshOptions mesh, int port, Func<Address, bool> isKnown, Func<IPEndPoint, Address, CancellationToken, Task> dial)
{
    private const int BeaconsASecond = 20;
    private const int DialsAtOnce = 4;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HereEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    private readonly ILogger _log = mesh.Logging.CreateLogger("ClusterCast.Mesh.Lan");
    private readonly TriedAddresses _tried = new(mesh.Time);
    private readonly Lock _gate = new();
    private readonly bool _isRelay = mesh.Role == PeerRole.Relay && port != 0;
    private bool _isAsked;
    private long? _saidAt;
    private long? _askedAt;
    private long _secondAt;
    private int _taken;
    private int _dialing;

    /// <summary>Datagrams that were no beacon of this deployment, or came too fast.</summary>
    public long Ignored => Interlocked.Read(ref _ignored);

    private long _ignored;

    /// <summary>Says and asks what is due. Never blocks.</summary>
    /// <param name="isLonely">Whether hardly any relay is connected.</param>
    public void Update(bool isLonely)
    {
        lock (_gate)
        {
            if (_isRelay && (IsPast(_saidAt, HereEvery) || (_isAsked && IsPast(_saidAt, Second))))
            {
                _isAsked = false;
                _saidAt = mesh.Time.GetTimestamp();
                send(Beacon(LanBeaconKind.Here));
            }

            if (isLonely && IsPast(_askedAt, AskEvery))
            {
                _askedAt = mesh.Time.GetTimestamp();
                send(Beacon(LanBeaconKind.Ask));
            }
        }
    }

    /// <summary>Takes a datagram. Never throws.</summary>
    public void OnDatagram(IPEndPoint from, ReadOnlyMemory<byte> datagram, CancellationToken stop)
    {
        if (!LanBeacon.TryRead(datagram.Span, out var beacon) || !IsOurs(beacon) || !PrivateAddress.Is(from.Address) || !IsInTime())
        {
            Interlocked.Increment(ref _ignored);
            return;
        }

        if (beacon.Node == mesh.NodeKey.Address)
        {
            return;
        }

        if (beacon.Kind == LanBeaconKind.Ask)
        {
            lock (_gate)
            {
                _isAsked = true;
            }

            return;
        }

        var at = new IPEndPoint(from.Address, beacon.Port);
        if (!isKnown(beacon.Node) && Volatile.Read(ref _dialing) < DialsAtOnce && _tried.TryTake(at))
        {
            Interlocked.Increment(ref _dialing);
            _ = DialAsync(at, beacon.Node, stop);
        }
    }

    private bool IsOurs(in LanBeacon beacon) =>
        beacon.ChainId == mesh.Domains.RelayStaking.ChainId && beacon.RelayStaking == mesh.Domains.RelayStaking.VerifyingContract;

    private bool IsPast(long? at, TimeSpan wait) => at is not { } then || mesh.Time.GetElapsedTime(then) >= wait;

    private bool IsInTime()
    {
        lock (_gate)
        {
            if (mesh.Time.GetElapsedTime(_secondAt) >= Second)
            {
                _secondAt = mesh.Time.GetTimestamp();
                _taken = 0;
            }

            return ++_taken <= BeaconsASecond;
        }
    }

    private byte[] Beacon(LanBeaconKind kind) =>
        new LanBeacon(kind, mesh.Domains.RelayStaking.ChainId, mesh.Domains.RelayStaking.VerifyingContract, mesh.NodeKey.Address, _isRelay ? (ushort)port : (ushort)0).Encode();

    private async Task DialAsync(IPEndPoint at, Address node, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await dial(at, node, stop);
        }
        catch (MeshException e)
        {
            _log.LogDebug("{Peer} of the LAN: {Cause}", at, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        finally
        {
            Interlocked.Decrement(ref _dialing);
        }
    }
}
