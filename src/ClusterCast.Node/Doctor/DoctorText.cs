using System.Globalization;
using ClusterCast.Mesh.Nat.Examining;

namespace ClusterCast.Node.Doctor;

/// <summary>The findings for people.</summary>
internal static class DoctorText
{
    /// <summary>Writes them.</summary>
    public static void Write(TextWriter output, NetworkReport report, RouterFinding? router, RelayEarnings? earnings)
    {
        foreach (var relay in report.Relays)
        {
            output.WriteLine(relay.Failure is { } failure
                ? $"Relay     {relay.Url}: {failure}"
                : $"Relay     {relay.Url}: answers in {Milliseconds(relay.RoundTrip)}, sees this node at {relay.Seen?.ToString() ?? "no address that it tells"}");
        }

        output.WriteLine($"Address   {Address(report)}");
        output.WriteLine($"NAT       {Nat(report)}");
        if (router is not null)
        {
            output.WriteLine($"Router    {(router.Protocol is { } protocol ? $"maps ports by {protocol}, to {router.Outside?.Address}" : "maps no ports (PCP, NAT-PMP, UPnP)")}");
        }

        output.WriteLine($"UDP       {Udp(report.Udp)}");
        output.WriteLine($"Downlink  {Rate(report.DownMegabits, NetworkAdvice.MinDown)}");
        output.WriteLine($"Uplink    {Rate(report.UpMegabits, NetworkAdvice.MinUp)}");
        output.WriteLine($"Clock     {(report.ClockOffset is { } offset ? $"{offset.TotalMilliseconds.ToString("+0;-0;0", CultureInfo.InvariantCulture)} ms from here to the relays'" : "unknown")}");
        output.WriteLine($"MTU       {(report.Mtu is { } mtu ? $"{mtu} bytes" : "unknown")}");
        if (earnings is not null)
        {
            output.WriteLine();
            output.WriteLine($"A relay here could serve {earnings.Viewers} viewers at a time and earn ${earnings.UsdPerHour.ToString("0.0000", CultureInfo.InvariantCulture)} an hour, if:");
            foreach (var assumption in earnings.Assumptions)
            {
                output.WriteLine($"  {assumption}");
            }
        }

        output.WriteLine();
        var advice = NetworkAdvice.For(report, router);
        output.WriteLine(advice.Count == 0 ? "Nothing needs to change." : "What to change:");
        foreach (var sentence in advice)
        {
            output.WriteLine($"  {sentence}");
        }
    }

    private static string Address(NetworkReport report) => report.PublicAddress is { } address
        ? $"{address}, {(report.IsTranslated == true ? "which is a NAT's" : "this node's own")}"
        : "unknown, since the relays do not agree or do not say";

    private static string Nat(NetworkReport report) => report.Nat switch
    {
        NatKind.None => "none",
        NatKind.Cone => "cone: every relay sees the same port, hole punching works",
        NatKind.Symmetric => "symmetric: each relay sees another port",
        _ => report.IsTranslated switch
        {
            false => "none",
            true => "there is one; its kind shows by UDP only",
            null => "unknown",
        },
    };

    private static string Udp(UdpReach udp) => udp switch
    {
        UdpReach.Open => "open",
        UdpReach.Blocked => "blocked",
        _ => "not tried: no relay has a QUIC address",
    };

    private static string Rate(double? megabits, double minimum) => megabits is { } value
        ? $"{NetworkAdvice.Number(value)} Mb/s, {(value >= minimum ? "above" : "below")} the {minimum} that a relay needs"
        : "not measured";

    private static string Milliseconds(TimeSpan? time) => time is { } value ? $"{NetworkAdvice.Number(value.TotalMilliseconds)} ms" : "time unknown";
}
