using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>Congestion control of a socket's connections.</summary>
internal enum QuicCongestion
{
    /// <summary>RFC 9002.</summary>
    Reno = 0,

    /// <summary>RFC 9438.</summary>
    Cubic = 1,

    /// <summary>BBR, which does not take loss for congestion.</summary>
    Bbr = 2,

    /// <summary>BBR version 2, which slows down less to measure the round trip.</summary>
    Bbr2 = 3,
}

/// <summary>One UDP socket and the limits it keeps.</summary>
internal sealed record QuicOptions
{
    /// <summary>Where to bind; port 0 takes a free one, <c>[::]</c> serves IPv4 as well.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>Congestion control.</summary>
    public QuicCongestion Congestion { get; init; } = QuicCongestion.Cubic;

    /// <summary>Bytes of a UDP datagram at most, 1,200 to 1,452.</summary>
    public int MaxUdpPayload { get; init; } = 1452;

    /// <summary>Whether to find out what the path carries; without it packets of <see cref="MaxUdpPayload"/> are sent at once.</summary>
    public bool ProbePath { get; init; } = true;

    /// <summary>Whether the kernel may cut up joined packets (UDP GSO).</summary>
    public bool SegmentationOffload { get; init; } = true;

    /// <summary>Whether the kernel may join received packets (UDP GRO).</summary>
    public bool ReceiveOffload { get; init; } = true;

    /// <summary>A silent connection ends after this.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A handshake takes no longer.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pings after so much silence; zero never.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>Received bytes of one stream that may wait for their reader.</summary>
    public int StreamWindow { get; init; } = 1024 * 1024;

    /// <summary>Received bytes of one connection that may wait.</summary>
    public int ConnectionWindow { get; init; } = 2 * 1024 * 1024;

    /// <summary>Bidirectional streams that a peer may have open.</summary>
    public int MaxBidirectional { get; init; } = 100;

    /// <summary>Unidirectional streams that a peer may have open.</summary>
    public int MaxUnidirectional { get; init; } = 100;

    /// <summary>Bytes of one connection that may wait to be sent before writers wait.</summary>
    public int LowWater { get; init; } = 128 * 1024;

    /// <summary>Connections at a time; more are dropped.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Accepted handshakes in progress, above which a client must prove its address first.</summary>
    public int RetryAbove { get; init; } = 256;

    /// <summary>Accepted handshakes in progress, above which new ones are dropped.</summary>
    public int MaxHandshakes { get; init; } = 2_048;

    /// <summary>Handshakes a second from one address before it must prove itself.</summary>
    public int AddressRate { get; init; } = 100;

    /// <summary>As many at once.</summary>
    public int AddressBurst { get; init; } = 500;

    /// <summary>Acknowledges every so many packets.</summary>
    public int AckEvery { get; init; } = 2;

    /// <summary>Whether so many packets are acknowledged before the next one is read, even when they came together: a peer then works as for packets that come one by one.</summary>
    public bool AckAtOnce { get; init; }

    /// <summary>The processor of the worker thread; null for any.</summary>
    public int? Processor { get; init; }

    /// <summary>32 bytes that key stateless resets and Retry tokens; null takes random ones, and peers of an earlier run wait for their timeout.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Logging.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}

/// <summary>How connections of one ALPN are accepted.</summary>
/// <param name="Certificate">Shown to clients; with its private key.</param>
/// <param name="RequireClientCertificate">Whether a client must show one; which is right is for the taker of the connection to decide.</param>
internal sealed record QuicServer(X509Certificate2 Certificate, bool RequireClientCertificate);

/// <summary>How a connection is dialed.</summary>
/// <param name="Alpn">The only protocol offered.</param>
/// <param name="Certificate">Shown when the server asks; with its private key.</param>
/// <param name="ServerName">Server name indication.</param>
internal sealed record QuicClient(string Alpn, X509Certificate2? Certificate = null, string ServerName = "clustercast");
