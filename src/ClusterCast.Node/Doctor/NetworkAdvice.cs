using System.Globalization;
using ClusterCast.Mesh.Nat.Examining;

namespace ClusterCast.Node.Doctor;

/// <summary>What to change on a network, in sentences that a person can follow; and whether it is good enough for a relay.</summary>
internal static class NetworkAdvice
{
    /// <summary>Least uplink of a relay, Mb/s.</summary>
    public const double MinUp = 5;

    /// <summary>Least downlink of a relay, Mb/s.</summary>
    public const double MinDown = 10;

    // 1,452 bytes of UDP payload, the longest packet that a node sends, with UDP's and IPv4's headers.
    private const int FullPacket = 1_480;
    private static readonly TimeSpan ClockBound = TimeSpan.FromSeconds(1);

    /// <summary>Whether a relay can work on it: both minima are met. Null when they could not be measured.</summary>
    public static bool? MeetsMinimum(NetworkReport report) =>
        report is { UpMegabits: { } up, DownMegabits: { } down } ? up >= MinUp && down >= MinDown : null;

    /// <summary>The sentences; empty when nothing needs to change.</summary>
    public static IReadOnlyList<string> For(NetworkReport report, RouterFinding? router = null)
    {
        var advice = new List<string>();
        if (report.UpMegabits < MinUp)
        {
            advice.Add($"The uplink carries {Number(report.UpMegabits.Value)} Mb/s, a relay needs {MinUp}: watch from here, and run a relay where the uplink is faster (a wired line, a server).");
        }

        if (report.DownMegabits < MinDown)
        {
            advice.Add($"The downlink carries {Number(report.DownMegabits.Value)} Mb/s, a relay needs {MinDown}: use a cable instead of Wi-Fi, or another line.");
        }

        if (report.UpMegabits is null || report.DownMegabits is null)
        {
            advice.Add("No relay measured the link, as each was measuring for others: run this again in a minute, or name another relay with --relay.");
        }

        if (report.Udp == UdpReach.Blocked)
        {
            advice.Add("UDP is blocked: the node falls back to TLS over TCP, which waits longer after a lost packet, and hole punching cannot work. Allow outgoing UDP in the firewall.");
        }

        if (router?.Outside is { } outside && outside.Address.Equals(report.PublicAddress))
        {
            // The router lets a relay's ports in: nothing to do.
        }
        else if (router?.Outside is { } inner)
        {
            advice.Add($"The router maps ports, but to {inner.Address}, which is not where relays see this node: there is another NAT behind it, which has to forward the ports too.");
        }
        else if (report.Nat == NatKind.Symmetric)
        {
            advice.Add("The NAT gives each destination another port (symmetric), so others can hardly be let in: switch UPnP or NAT-PMP on in the router, or forward the relay's ports by hand and name them with --public-tls.");
        }
        else if (report.IsTranslated == true)
        {
            advice.Add("This node is behind a NAT: switch UPnP or NAT-PMP on in the router, which a relay uses by itself, or forward the relay's ports by hand and name them with --public-tls. For watching nothing needs to change.");
        }

        if (report.ClockOffset is { } offset && offset.Duration() > ClockBound)
        {
            advice.Add($"The clock is {Number(offset.Duration().TotalSeconds)} s {(offset > TimeSpan.Zero ? "slow" : "fast")}: let it be set by the network (timedatectl set-ntp true), or relay records and tickets are refused.");
        }

        if (report.Mtu < FullPacket)
        {
            advice.Add($"Packets of more than {report.Mtu} bytes do not pass, {FullPacket} are usual: raise the MTU of the interface or the tunnel, or more packets are needed for the same media.");
        }

        if (report.Nat == NatKind.Unknown && report.Udp != UdpReach.Blocked && report.Relays.Count(relay => relay.Failure is null) < 2)
        {
            advice.Add("One relay cannot tell the kind of NAT: name a second one with --relay.");
        }

        return advice;
    }

    /// <summary>A number as people write it.</summary>
    internal static string Number(double value) => value.ToString(value < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
