using System.Net;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Mesh.Discovery.Lan;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery;

/// <summary>
/// Looks for relays beyond those that are known: by the DHT and on the LAN. Whoever is found there is dialed and tells its record on the connection; from then
/// on it is known like any other.
/// </summary>
internal sealed class Lookout(MeshOptions options, ConnectionTable connections, RecordBook book, BanList bans, Connector connector, ILogger log) : IAsyncDisposable
{
    // With fewer relays at hand a node looks for more.
    private const int FewRelays = 2;

    private readonly WantedStreams _wanted = new(connections, book, bans);
    private readonly Visitors _visitors = new(options, connections);
    private DhtDiscovery? _dht;
    private LanDiscovery? _lan;
    private LanSockets? _lanSockets;

    /// <summary>The part in the DHT; null without one.</summary>
    public DhtDiscovery? Dht => _dht;

    /// <summary>Opens what the options name. Throws <see cref="MeshException"/> when a port is in use.</summary>
    /// <param name="port">Where the node answers other nodes; 0 when it does not.</param>
    /// <param name="changed">Called when there is something new to look at.</param>
    /// <param name="stop">Ends the dials.</param>
    public void Start(int port, Action changed, CancellationToken stop)
    {
        if (options.Dht is { } dht)
        {
            _dht = new DhtDiscovery(dht, options, dht.AnnouncedPort != 0 ? dht.AnnouncedPort : port, (at, cancel) => DialAsync(at, null, cancel), changed);
        }

        if (options.Lan is { } lan)
        {
            _lan = new LanDiscovery(
                datagram => _lanSockets!.Send(datagram), options, lan.AnnouncedPort != 0 ? lan.AnnouncedPort : port,
                node => connections.IsConnected(node) || bans.IsBanned(node), (at, node, cancel) => DialAsync(at, node, cancel));
            _lanSockets = new LanSockets(lan, (from, datagram) => _lan.OnDatagram(from, datagram, stop), log);
        }
    }

    /// <summary>Looks for a stream beside those that are subscribed.</summary>
    public void Seek(StreamId stream) => _wanted.Seek(stream);

    /// <summary>Announces and looks for what is due. Never blocks. One caller at a time.</summary>
    /// <param name="subscriptions">Of this node's own use.</param>
    /// <param name="carried">What this relay tells in its record.</param>
    public void Update(IEnumerable<TrackSubscription> subscriptions, IEnumerable<CarriedTrack> carried)
    {
        if (_dht is null && _lan is null)
        {
            return;
        }

        var chosen = options.Role == PeerRole.Relay ? options.CarryOnly ?? [] : [];
        var wanted = _wanted.Look(subscriptions, chosen);
        var isLonely = connections.Ready.Where(peer => peer.Role == PeerRole.Relay).DistinctBy(peer => peer.Node).Count() < FewRelays;
        _visitors.Update(wanted);
        _lan?.Update(isLonely);
        _dht?.Update(carried.Select(track => track.Track.Stream), wanted.Where(stream => stream.Value).Select(stream => stream.Key), isLonely);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_dht is not null)
        {
            await _dht.DisposeAsync();
        }

        if (_lanSockets is not null)
        {
            await _lanSockets.DisposeAsync();
        }
    }

    private async Task DialAsync(IPEndPoint at, Address? node, CancellationToken cancel)
    {
        // The port is the same for both ways of dialing (spec/discovery.md).
        var scheme = options.DialBy == EndpointKind.Tls ? "tls" : "quic";
        if (!connections.All.Any(peer => peer.Dialed && peer.Remote.EndsWith($"//{at}", StringComparison.Ordinal)) && DialAddress.TryParse($"{scheme}://{at}", out var address))
        {
            _visitors.Add(await connector.DialAsync(address, node, cancel));
        }
    }
}
