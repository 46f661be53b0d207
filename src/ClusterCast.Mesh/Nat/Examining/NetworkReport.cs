using System.Net;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Nat.Examining;

/// <summary>How a network translates the UDP addresses of its nodes.</summary>
public enum NatKind
{
    /// <summary>Not enough relays answered by UDP to tell.</summary>
    Unknown,

    /// <summary>Relays see the node's own address.</summary>
    None,

    /// <summary>Every relay sees the same address and port (a cone): others can be let in by hole punching.</summary>
    Cone,

    /// <summary>Each relay sees another port: hole punching works only towards nodes without such a NAT.</summary>
    Symmetric,
}

/// <summary>Whether UDP gets through.</summary>
public enum UdpReach
{
    /// <summary>No relay with a QUIC address was there to try.</summary>
    Unknown,

    /// <summary>A relay answered by QUIC.</summary>
    Open,

    /// <summary>Relays answered by TCP and none by QUIC.</summary>
    Blocked,
}

/// <summary>What one relay said.</summary>
/// <param name="Url">Where it was dialed.</param>
/// <param name="Node">Its node id; null when it did not answer.</param>
/// <param name="Failure">Why it did not answer; null when it did.</param>
/// <param name="RoundTrip">The shortest round trip.</param>
/// <param name="Seen">Where it sees this node.</param>
/// <param name="ClockOffset">Its clock less this one, exact to half the round trip.</param>
public sealed record RelayAnswer(string Url, Address? Node, string? Failure, TimeSpan? RoundTrip, IPEndPoint? Seen, TimeSpan? ClockOffset);

/// <summary>What a node's network is.</summary>
/// <param name="Relays">Every relay that was asked.</param>
/// <param name="PublicAddress">Where relays see this node; null when none says or they differ.</param>
/// <param name="IsTranslated">Whether that is another address than the node's own; null when unknown.</param>
/// <param name="Nat">How UDP is translated.</param>
/// <param name="Udp">Whether UDP gets through.</param>
/// <param name="DownMegabits">Measured downlink, Mb/s; null when no relay measured.</param>
/// <param name="UpMegabits">Measured uplink, Mb/s; null when no relay measured.</param>
/// <param name="ClockOffset">The relays' clock less this one, their median; null when none said.</param>
/// <param name="Mtu">Longest packet on the way to the relay, bytes, as the kernel knows it; null when unknown.</param>
public sealed record NetworkReport(
    IReadOnlyList<RelayAnswer> Relays,
    IPAddress? PublicAddress,
    bool? IsTranslated,
    NatKind Nat,
    UdpReach Udp,
    double? DownMegabits,
    double? UpMegabits,
    TimeSpan? ClockOffset,
    int? Mtu);
