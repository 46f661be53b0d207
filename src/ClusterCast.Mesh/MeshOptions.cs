using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Mesh.Discovery.Lan;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh;

/// <summary>What a mesh node is and the limits it keeps.</summary>
public sealed record MeshOptions
{
    /// <summary>What the node is. A relay carries what is announced to it; a broadcaster pushes; a viewer watches or only listens to records.</summary>
    public required PeerRole Role { get; init; }

    /// <summary>The node key; its address is the node id.</summary>
    public required PrivateKey NodeKey { get; init; }

    /// <summary>The deployment. Peers of another chain are refused.</summary>
    public required Domains Domains { get; init; }

    /// <summary>Which keys may sign heads.</summary>
    public required ISigningKeys SigningKeys { get; init; }

    /// <summary>
    /// Asks the chain whether a key that <see cref="SigningKeys"/> does not know may sign, at a time in Unix ms: it may have been delegated a moment ago. Fails when
    /// the chain cannot tell. Null: an unknown key is none.
    /// </summary>
    public Func<StreamId, Address, ulong, CancellationToken, Task<bool>>? ConfirmKey { get; init; }

    /// <summary>Where bans, good peers and incidents are kept; null keeps them in memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where to listen for TLS; port 0 takes a free one, null does not listen.</summary>
    public IPEndPoint? TlsListen { get; init; }

    /// <summary>Where to listen for QUIC; port 0 takes the number of the TLS port or a free one, null does not listen and still dials by QUIC. Browsers come to it by WebTransport.</summary>
    public IPEndPoint? QuicListen { get; init; }

    /// <summary>The node's addresses for its record. Without any, the QUIC and TLS endpoints that it listens on. See also <see cref="MeshNode.SetEndpoints"/>.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];

    /// <summary>Where the earnings go, for the record.</summary>
    public Address Payout { get; init; }

    /// <summary>Micro-USDC per 1e9 bytes, for the record.</summary>
    public ulong Price { get; init; }

    /// <summary>Dearer relays are not asked, micro-USDC per 1e9 bytes; null asks all.</summary>
    public ulong? MaxPrice { get; init; }

    /// <summary>File with the first peers to dial (<see cref="Discovery.BootstrapFile"/>); null for none.</summary>
    public string? BootstrapFile { get; init; }

    /// <summary>First peers to dial beside those of the file.</summary>
    public IReadOnlyList<BootstrapPeer> BootstrapPeers { get; init; } = [];

    /// <summary>How the node takes part in the DHT; null keeps out of it.</summary>
    public DhtOptions? Dht { get; init; }

    /// <summary>How the node finds relays on its LAN; null does not look there.</summary>
    public LanOptions? Lan { get; init; }

    /// <summary>What relays have staked: staked ones are known and dialed first.</summary>
    public IRelayStakes Stakes { get; init; } = NoStakes.Instance;

    /// <summary>Relays without a stake of one network (a /24, a /48, a registered domain) whose records are kept.</summary>
    public int RelaysANetwork { get; init; } = RecordBook.DefaultPerNetwork;

    /// <summary>How this node dials relays. QUIC takes TLS where QUIC does not get through; the other kinds are taken alone.</summary>
    public EndpointKind DialBy { get; init; } = EndpointKind.Quic;

    /// <summary>Relays that a broadcaster pushes each track to. From two on, the tree has ways that share no relay, so that one which falls silent stops nobody.</summary>
    public int PushTo { get; init; } = 2;

    /// <summary>Tracks that a relay carries at most.</summary>
    public int CarryLimit { get; init; } = 8;

    /// <summary>The streams that a relay carries; null for every announced one.</summary>
    public IReadOnlyCollection<StreamId>? CarryOnly { get; init; }

    /// <summary>Subscriptions served at a time; more are refused as full.</summary>
    public int MaxSubscribers { get; init; } = 1_000;

    /// <summary>Bits per second that may be sent; a subscription beyond them is refused as full. Null sends what the line takes.</summary>
    public long? MaxEgress { get; init; }

    /// <summary>New subscriptions are refused while what is to be sent waits this long for the processor.</summary>
    public TimeSpan MaxSendDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Connections held at a time; more are closed.</summary>
    public int MaxConnections { get; init; } = 2_000;

    /// <summary>
    /// Accepted connections held at a time of one address (an IPv6 /64); four times as many of its neighbourhood (a /24 or /48). This machine's own are not limited.
    /// Behind a proxy that hides the viewers' addresses it must be as high as <see cref="MaxConnections"/>.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; } = 256;

    /// <summary>Those of them that may be in the handshake.</summary>
    public int MaxHandshakesPerAddress { get; init; } = 32;

    /// <summary>Relays that the node keeps connected by itself, 1 to 8.</summary>
    public int MaxPeers { get; init; } = 8;

    /// <summary>Media that waited longer for a slow subscriber is dropped up to the newest window.</summary>
    public TimeSpan MaxLatency { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A relay to which no part has come for this long withdraws the track. A parent is left earlier, after a few intervals of the track's parts, when another one is
    /// at hand; never later than this.
    /// </summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>When media comes over a lane that protects it against loss.</summary>
    public LossProtection LossProtection { get; init; }

    /// <summary>What comes later waits so long for parts that were lost and can be fetched; zero fetches nothing.</summary>
    public TimeSpan RepairFor { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long windows stay cached.</summary>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes that the windows of one track may take in the cache. The newest window always stays.</summary>
    public long CacheBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>A connection without a frame for this long is closed; an idle side pings after a third of it.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Life of a node's ban.</summary>
    public TimeSpan BanFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How subscribers pay this node.</summary>
    public IServingSessions ServingSessions { get; init; } = FreeServing.Instance;

    /// <summary>How this node pays its relays. What a broadcaster pushes is free in any case.</summary>
    public IPayingSessions PayingSessions { get; init; } = FreePaying.Instance;

    /// <summary>Wants to know when a part of a subscribed or carried track has become complete; null when nobody does.</summary>
    public PartArrived? PartArrived { get; init; }

    /// <summary>Makes this node misbehave; null in earnest.</summary>
    public IServingFault? Fault { get; init; }

    /// <summary>Whether this machine's own connections are limited like others.</summary>
    internal bool LimitLoopback { get; init; }

    /// <summary>A handshake that lasts longer is cut.</summary>
    internal TimeSpan HandshakeWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A frame that has begun and does not end for longer is cut.</summary>
    internal TimeSpan FrameWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Randomness.</summary>
    public IRandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>Logging.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
