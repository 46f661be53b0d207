using System.Net;
using System.Net.WebSockets;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Nat;
using ClusterCast.Mesh.Nat.Punching;
using ClusterCast.Mesh.News;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Tree;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh;

/// <summary>
/// A node of the mesh in any role: it listens, finds relays, publishes, carries, serves and subscribes. One housekeeping loop runs whatever is not driven by a
/// frame, see <see cref="Housekeeper"/>.
/// </summary>
public sealed class MeshNode : IAsyncDisposable
{
    /// <summary>ALPN of the protocol.</summary>
    public const string Protocol = "clustercast/1";

    /// <summary>WebSocket subprotocol: an HTTP token, so without a slash (RFC 6455 §4.1).</summary>
    public const string WebSocketProtocol = "clustercast.1";

    /// <summary>Path of the WebSocket and of WebTransport.</summary>
    public const string WebSocketPath = "/clustercast";

    private static readonly TimeSpan RememberEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FetchPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainBound = TimeSpan.FromMilliseconds(500);

    private readonly MeshOptions _options;
    private readonly ILogger _log;
    private readonly ConnectionTable _connections = new();
    private readonly BanList _bans;
    private readonly PeerScores _scores;
    private readonly RecordBook _book;
    private readonly TrackShelf _shelf;
    private readonly Admission _admission;
    private readonly LoadKeeper _load;
    private readonly MeshMetrics _metrics;
    private readonly Gossip _gossip;
    private readonly ObservedAddresses _observed;
    private readonly PunchDesk _punches;
    private readonly Coordinators _coordinators;
    private readonly Shortcuts _shortcuts;
    private readonly TrustedKeys _keys;
    private readonly Court _court;
    private readonly EvidenceGossip _evidence;
    private readonly SessionGossip _sessionNews;
    private readonly Connector _connector;
    private readonly Listeners _listeners;
    private readonly PeerKeeper _keeper;
    private readonly PushKeeper _pushes;
    private readonly CarryKeeper _carries;
    private readonly Fetcher _fetcher;
    private readonly HaveTeller _haves;
    private readonly Announcer _announcer;
    private readonly SubscribingFloor _subscribing;
    private readonly Lookout _lookout;
    private readonly Housekeeper _housekeeper;
    private readonly TrackFinder _finder;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TrackSubscription[] _subscriptions = [];
    private Publisher[] _publishers = [];
    private IReadOnlyList<Endpoint> _endpoints = [];
    private long _rememberedAt;
    private int _disposed;

    /// <summary>A node that does nothing before <see cref="Start"/>.</summary>
    public MeshNode(MeshOptions options)
    {
        _options = options;
        _log = options.Logging.CreateLogger("ClusterCast.Mesh");
        _housekeeper = new Housekeeper(options.Time, _log);
        var data = options.DataDirectory;
        _bans = new BanList(data is null ? null : Path.Combine(data, "bans.json"), options.Time, _log);
        _scores = new PeerScores(options.Time);
        _book = new RecordBook(options.Domains.RelayStaking, options.Time, options.Random, options.Stakes, options.RelaysANetwork, _connections.IsConnected);
        _shelf = new TrackShelf(options);
        _admission = new Admission(options.MaxSubscribers, options.MaxEgress, options.MaxSendDelay);
        _load = new LoadKeeper(options, _connections, _admission);
        _metrics = new MeshMetrics(
            () => (_connections.Ready.Count(), _admission.Count, _shelf.All.Count, _book.Current.Count),
            () => _connections.Ready.Select(peer => peer.Transport),
            _book.Refused,
            options.PartArrived,
            () => _connector?.Quic.Endpoint?.Statistics ?? default);
        _gossip = new Gossip(options, _connections, _book, _shelf);
        _observed = new ObservedAddresses(address => PublicAddressFound?.Invoke(address));
        _keys = new TrustedKeys(options.SigningKeys);
        _court = new Court(options, _connections, _bans, _keys, _metrics, _log);
        _evidence = new EvidenceGossip(options, _connections, _scores, _metrics.News, _court.Punish);
        _sessionNews = new SessionGossip(options, _connections, _scores, _metrics.News);
        var router = new FrameRouter(
            NodeId, _connections, _bans, _gossip, _evidence, _sessionNews, _observed, () => _punches!, _metrics, _housekeeper.Wake, () => _subscriptions.Concat(_carries!.Carried));
        _connector = new Connector(options, _connections, router, new ServingFloor(options, _shelf, _admission, _book, _metrics));
        _listeners = new Listeners(options, _connector);
        _punches = new PunchDesk(options, _connections, _connector, _stop.Token);
        _shortcuts = new Shortcuts(options, _connections, _book, _bans, _punches, _log);
        _coordinators = new Coordinators(_connections, options.Time, OwnAddresses.All);
        _keeper = new PeerKeeper(options, _connections, _book, _bans, _connector.DialAsync, _log);
        _pushes = new PushKeeper(options, _connections, _book, _bans, _scores);
        _announcer = new Announcer(_connections, _shelf, (peer, _) => options.Role != PeerRole.Broadcaster || _pushes.IsChosen(peer));
        _finder = new TrackFinder(_book, _connections, _housekeeper);
        var candidates = new Candidates(options, _connections, _book, _bans, _scores);
        _fetcher = new Fetcher(options, _connections, _book, _bans, _scores, _keys, _metrics, _connector.DialRelayAsync, _court.Convict);
        _haves = new HaveTeller(options, _connections, _shelf);
        _subscribing = new SubscribingFloor(options, candidates, _book, _scores, _metrics, _keys, _connector.DialRelayAsync, _court.Convict, offence => _evidence.Report(offence), _fetcher);
        _lookout = new Lookout(options, _connections, _book, _bans, _connector, _log);
        _carries = new CarryKeeper(options, _connections, _shelf, (track, sink) => new TrackSubscription(track, _subscribing, sink), _housekeeper.Wake);
    }

    /// <summary>A node sent a leaf or a head that the broadcaster did not sign and was banned. Raised on a receive loop; handlers must not block.</summary>
    public event Action<IncidentReport>? IncidentSeen
    {
        add => _court.IncidentSeen += value;
        remove => _court.IncidentSeen -= value;
    }

    /// <summary>An offence was found or heard of, was proven here, and was punished. Raised on a receive loop; handlers must not block.</summary>
    public event Action<Offence, Judgement>? EvidenceSeen
    {
        add => _court.EvidenceSeen += value;
        remove => _court.EvidenceSeen -= value;
    }

    /// <summary>Relays agree on a public address of this node, first or anew. Raised on a receive loop; handlers must not block.</summary>
    public event Action<IPAddress>? PublicAddressFound;

    /// <summary>The connections.</summary>
    internal ConnectionTable Connections => _connections;

    /// <summary>Where each dialed peer sees this node.</summary>
    internal IReadOnlyDictionary<Address, IPEndPoint> Observed => _observed.All;

    /// <summary>Direct connections through NATs, tried so far: how many, how many came about, and how long the newest took.</summary>
    public (int Attempts, int Successes, TimeSpan? LastTook) DirectWays => (_shortcuts.Attempts, _shortcuts.Successes, _shortcuts.LastTook);

    /// <summary>Direct connections through NATs.</summary>
    internal PunchDesk Punches => _punches;

    /// <summary>Makes connections.</summary>
    internal Connector Connector => _connector;

    /// <summary>Housekeeping has run once more: whatever had changed is in place.</summary>
    internal event Action? HouseKept
    {
        add => _housekeeper.Kept += value;
        remove => _housekeeper.Kept -= value;
    }

    /// <summary>The node id.</summary>
    public Address NodeId => _options.NodeKey.Address;

    /// <summary>The TLS address that the node listens on; null when it does not listen.</summary>
    public IPEndPoint? TlsEndpoint => _listeners.Tls;

    /// <summary>The address that relays see this node at, where enough of them agree; else null.</summary>
    public IPAddress? PublicAddress => _observed.Agreed;

    /// <summary>The UDP address that QUIC and WebTransport are taken on; null when the node does not listen.</summary>
    public IPEndPoint? QuicEndpoint => _listeners.Quic;

    /// <summary>The node's own record; null for nodes that are no relays.</summary>
    public RelayRecord? OwnRecord => _gossip.Own;

    /// <summary>The living records of other relays.</summary>
    public IReadOnlyList<RelayRecord> Records => _book.Current;

    /// <summary>How many relay records got a verdict since the start.</summary>
    public long RefusedRecords(RecordVerdict verdict) => _book.Refused(verdict);

    /// <summary>The nodes that are banned here now.</summary>
    public IReadOnlyList<Address> Banned => _bans.Current;

    /// <summary>The signing keys that were proven to have signed two things for one place; nothing is taken from them.</summary>
    public IReadOnlyCollection<MarkedKey> MarkedKeys => _keys.Marked;

    /// <summary>The connected peers.</summary>
    public IReadOnlyList<PeerInfo> Peers =>
    [
        .. _connections.Ready.Select(peer => new PeerInfo(
            peer.Node, peer.Role, peer.Remote, peer.Dialed, peer.RoundTrip, peer.SentBytes, peer.ReceivedBytes, peer.State.Serving.Count, peer.Transport)),
    ];

    /// <summary>The tracks that the node publishes or carries.</summary>
    public IReadOnlyList<CarriedInfo> Carried =>
    [
        .. _shelf.All.Where(cache => cache.Newest is not null).Select(cache => new CarriedInfo(
            cache.Track, cache.Newest!.Run, cache.Path, cache.Range.Oldest, cache.Range.Newest, cache.Subscribers)),
    ];

    /// <summary>The subscriptions by which a relay takes the tracks that it carries.</summary>
    public IReadOnlyList<TrackSubscription> Carries => _carries.Carried;

    /// <summary>What the node of the DHT holds; null without one.</summary>
    public DhtStatistics? Dht => _lookout.Dht?.Statistics;

    /// <summary>The node of the DHT, which maps ports too; null without one.</summary>
    public DhtNode? DhtNode => _lookout.Dht?.Node;

    /// <summary>Figures since the start.</summary>
    public MeshSnapshot Snapshot() => _metrics.Snapshot();

    /// <summary>Listens and begins to dial. Throws <see cref="MeshException"/> when a port is in use or the bootstrap file is wrong.</summary>
    public void Start()
    {
        _keeper.Load();
        if (_options.LossProtection != LossProtection.Off && IsaL.Missing is { } missing)
        {
            _log.LogWarning("Media is not protected against loss: {Cause}", missing);
        }

        _listeners.Open(_stop.Token);
        var own = _listeners.Endpoints;
        if (_gossip.Endpoints.Count == 0 && own.Count > 0)
        {
            SetEndpoints(own);
        }

        _lookout.Start(TlsEndpoint?.Port ?? QuicEndpoint?.Port ?? 0, _housekeeper.Wake, _stop.Token);
        _housekeeper.Start(KeepHouse);
    }

    /// <summary>
    /// Sets the node's addresses for its record, 1 to 8, and issues the record anew. One of WebTransport is given without hashes; the node adds those of its
    /// certificates and keeps them right.
    /// </summary>
    public void SetEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        if (endpoints.Count is 0 or > WireLimits.Endpoints)
        {
            throw new ArgumentException($"A record has 1 to {WireLimits.Endpoints} endpoints, got {endpoints.Count}.", nameof(endpoints));
        }

        _endpoints = endpoints;
        NameEndpoints();
    }

    /// <summary>Serves an accepted WebSocket with subprotocol <see cref="WebSocketProtocol"/>. Ends with the connection.</summary>
    /// <param name="socket">The socket; stays the caller's to dispose.</param>
    /// <param name="remote">The peer's address and port, by which it is limited; anything else is for people only.</param>
    public Task AcceptWebSocketAsync(WebSocket socket, string remote) =>
        Volatile.Read(ref _disposed) != 0 ? Task.CompletedTask : _connector.AcceptAsync(socket, remote);

    /// <summary>Begins a track of this broadcaster.</summary>
    /// <param name="track">The track.</param>
    /// <param name="run">The run: start time of the process, Unix ms; later than that of any earlier run.</param>
    /// <param name="signingKey">The delegated key that signs the heads.</param>
    /// <exception cref="InvalidOperationException">The track is published already.</exception>
    public Publisher Publish(TrackKey track, ulong run, PrivateKey signingKey)
    {
        lock (_gate)
        {
            if (_publishers.Any(publisher => publisher.Track == track && !publisher.IsEnded))
            {
                throw new InvalidOperationException($"Track {track} is published already.");
            }

            var cache = _shelf.Open(track);
            cache.Path = [NodeId];
            var publisher = new Publisher(cache, new WindowBuilder(track, run, _options.Domains.StreamKeys, signingKey), run, _ => _housekeeper.Wake());
            _publishers = [.. _publishers.Where(p => p.Track != track), publisher];
            return publisher;
        }
    }

    /// <summary>The finest track of a stream that a known relay carries; waits until there is one.</summary>
    public Task<TrackKey> FindTrackAsync(StreamId stream, CancellationToken cancel) => _finder.FinestAsync(stream, cancel);

    /// <summary>Looks for relays that carry a stream before one of its tracks is subscribed: their records tell the tracks.</summary>
    public void Seek(StreamId stream)
    {
        _lookout.Seek(stream);
        _housekeeper.Wake();
    }

    /// <summary>Takes a track for this node's own use: complete verified parts in order. Waits as long as nobody has it.</summary>
    public TrackSubscription Subscribe(TrackKey track)
    {
        lock (_gate)
        {
            var subscription = new TrackSubscription(track, _subscribing, sink: null);
            _subscriptions = [.. _subscriptions.Where(s => !s.IsStopped), subscription];
            return subscription;
        }
    }

    /// <summary>
    /// Acts on evidence that was found outside of the mesh, such as a false receipt, keeps it in the data folder and gossips it. False when it proves nothing.
    /// </summary>
    public bool Report(Offence offence) => _evidence.Report(offence);

    /// <summary>
    /// Fetches a window that relays have still cached (their records say how far back) and verifies it: the parts from its first one on, as far as they are
    /// complete; null when no relay at hand has it. It is paid like live media.
    /// </summary>
    /// <param name="track">The track.</param>
    /// <param name="window">The window, of the newest run.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<ReceivedPart>?> FetchAsync(TrackKey track, uint window, CancellationToken cancel) =>
        await _fetcher.FetchAsync(new Wanted(track, 0, window), parent: null, mayDial: true, FetchPatience, cancel) is { } fetched
            ? [.. fetched.Parts.TakeWhile(part => part.IsComplete).Select(part => new ReceivedPart(track, fetched.Run, window, part, fetched.Head!, fetched.Init))]
            : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (var publisher in _publishers)
        {
            publisher.End();
        }

        await Task.WhenAll([.. _subscriptions.Select(s => s.StopAsync()), _carries.StopAsync(), DrainAsync()]);
        await _fetcher.StopAsync();
        await _stop.CancelAsync();
        await _housekeeper.DisposeAsync();
        await _lookout.DisposeAsync();
        await _listeners.CloseAsync();

        _sessionNews.Dispose();
        foreach (var peer in _connections.All)
        {
            peer.Close(GoodbyeCode.ShuttingDown, "The node stops.");
        }

        await Task.WhenAll(_connections.All.Select(peer => peer.Ended));
        await _listeners.DisposeAsync();

        await _connector.DisposeAsync();
        _metrics.Dispose();
        _stop.Dispose();
    }

    private void NameEndpoints() =>
        _gossip.Endpoints = [.. _endpoints.Select(_listeners.Name).Concat(_coordinators.Current).Take(WireLimits.Endpoints)];

    private async Task DrainAsync()
    {
        // Subscribers of an ended track still get its last parts.
        var since = _options.Time.GetTimestamp();
        while (_publishers.Any(publisher => publisher.Subscribers > 0) && _options.Time.GetElapsedTime(since) < DrainBound)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    private void KeepHouse()
    {
        foreach (var peer in _connections.All)
        {
            peer.Tick();
            peer.State.Serving.Tick();
        }

        if (_options.Role == PeerRole.Relay && _coordinators.Update(_endpoints))
        {
            NameEndpoints();
        }

        _shortcuts.Update(_subscriptions.Concat(_carries.Carried), _stop.Token);
        _keeper.Update(_stop.Token);
        if (_options.Role == PeerRole.Broadcaster)
        {
            _pushes.Update([.. _publishers.Where(publisher => publisher.IsLive).Select(publisher => publisher.Track)]);
        }

        if (_options.Role == PeerRole.Relay)
        {
            _carries.Update();
        }

        _load.Update();
        _announcer.Sync();
        _haves.Sync();
        if (_listeners.Update())
        {
            NameEndpoints();
        }

        _gossip.Renew();
        _sessionNews.Restate();
        _lookout.Update(_subscriptions, _gossip.Own?.Tracks ?? []);
        foreach (var subscription in _subscriptions.Concat(_carries.Carried))
        {
            subscription.Wake();
        }

        if (_options.Time.GetElapsedTime(_rememberedAt) > RememberEvery)
        {
            _rememberedAt = _options.Time.GetTimestamp();
            _keeper.Remember();
        }
    }
}
