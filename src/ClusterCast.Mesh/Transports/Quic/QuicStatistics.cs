using System.Runtime.InteropServices;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>What one connection has measured so far; <c>ccq_figures</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct QuicConnectionStatistics
{
    /// <summary>Smoothed round trip, ns.</summary>
    public ulong RoundTripNs { get; init; }

    /// <summary>Least round trip, ns.</summary>
    public ulong MinRoundTripNs { get; init; }

    /// <summary>Bytes that may be under way.</summary>
    public ulong CongestionWindow { get; init; }

    /// <summary>Bytes that are under way.</summary>
    public ulong InFlight { get; init; }

    /// <summary>Packets sent.</summary>
    public ulong SentPackets { get; init; }

    /// <summary>UDP bytes sent.</summary>
    public ulong SentBytes { get; init; }

    /// <summary>Packets received.</summary>
    public ulong ReceivedPackets { get; init; }

    /// <summary>UDP bytes received.</summary>
    public ulong ReceivedBytes { get; init; }

    /// <summary>Packets with stream data or a datagram that were lost.</summary>
    public ulong LostPackets { get; init; }

    /// <summary>Datagrams that were sent or dropped.</summary>
    public ulong DatagramsDone { get; init; }

    /// <summary>Datagrams that were dropped before they were sent.</summary>
    public ulong DatagramsDropped { get; init; }

    /// <summary>Bytes that a datagram may have now; 0 when the peer takes none.</summary>
    public ulong MaxDatagram { get; init; }

    /// <summary>Key updates, of either side.</summary>
    public ulong KeyUpdates { get; init; }
}

/// <summary>What one socket has seen so far; <c>ccq_stats</c>. Everything that is refused has its counter.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct QuicEndpointStatistics
{
    /// <summary>Packets sent.</summary>
    public ulong SentPackets { get; init; }

    /// <summary>UDP bytes sent.</summary>
    public ulong SentBytes { get; init; }

    /// <summary>System calls that sent.</summary>
    public ulong SendCalls { get; init; }

    /// <summary>Sends that the kernel refused.</summary>
    public ulong SendErrors { get; init; }

    /// <summary>Packets received.</summary>
    public ulong ReceivedPackets { get; init; }

    /// <summary>UDP bytes received.</summary>
    public ulong ReceivedBytes { get; init; }

    /// <summary>System calls that received.</summary>
    public ulong ReceiveCalls { get; init; }

    /// <summary>Connections now, in any state.</summary>
    public ulong Connections { get; init; }

    /// <summary>Accepted handshakes in progress now.</summary>
    public ulong Handshakes { get; init; }

    /// <summary>Handshakes that were completed.</summary>
    public ulong Connected { get; init; }

    /// <summary>Handshakes that failed.</summary>
    public ulong HandshakesFailed { get; init; }

    /// <summary>Packets that are not QUIC.</summary>
    public ulong BadPackets { get; init; }

    /// <summary>Packets of no connection.</summary>
    public ulong StrayPackets { get; init; }

    /// <summary>Packets or failures for which a connection was ended.</summary>
    public ulong RefusedPackets { get; init; }

    /// <summary>Retry packets sent.</summary>
    public ulong RetriesSent { get; init; }

    /// <summary>Retry tokens that were forged, expired or of another address.</summary>
    public ulong BadTokens { get; init; }

    /// <summary>First packets dropped beyond a limit.</summary>
    public ulong FloodsDropped { get; init; }

    /// <summary>Version negotiation packets sent.</summary>
    public ulong VersionsSent { get; init; }

    /// <summary>Stateless resets sent.</summary>
    public ulong ResetsSent { get; init; }

    /// <summary>Stateless resets received.</summary>
    public ulong ResetsReceived { get; init; }

    /// <summary>Stateless answers that were not given, beyond the limit.</summary>
    public ulong AnswersWithheld { get; init; }

    /// <summary>Changes of a peer's address.</summary>
    public ulong Migrations { get; init; }

    /// <summary>Datagrams dropped, sent or received.</summary>
    public ulong DatagramsDropped { get; init; }

    /// <summary>Bare datagrams sent.</summary>
    public ulong RawSent { get; init; }

    /// <summary>Bare datagrams received.</summary>
    public ulong RawReceived { get; init; }

    /// <summary>Bare datagrams dropped, in either direction.</summary>
    public ulong RawDropped { get; init; }

    /// <summary>Times that the socket was not read because too many events waited.</summary>
    public ulong ReadsPaused { get; init; }

    /// <summary>Allocations that failed.</summary>
    public ulong AllocationFailures { get; init; }

    /// <summary>1 while the kernel takes joined packets.</summary>
    public ulong SegmentationOffload { get; init; }
}
