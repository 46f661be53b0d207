using System.Text.Json;
using ClusterCast.Mesh.Nat.Examining;

namespace ClusterCast.Node.Doctor;

/// <summary>The findings for programs (docs/roles.md).</summary>
internal static class DoctorJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>One object.</summary>
    public static string Write(NetworkReport report, RouterFinding? router, RelayEarnings? earnings) => JsonSerializer.Serialize(
        new
        {
            relays = report.Relays.Select(relay => new
            {
                relay.Url,
                node = relay.Node?.ToString(),
                relay.Failure,
                roundTripMs = relay.RoundTrip?.TotalMilliseconds,
                seen = relay.Seen?.ToString(),
                clockOffsetMs = relay.ClockOffset?.TotalMilliseconds,
            }),
            publicAddress = report.PublicAddress?.ToString(),
            report.IsTranslated,
            nat = report.Nat.ToString().ToLowerInvariant(),
            router = router is null ? null : new { mapsPortsBy = router.Protocol, outside = router.Outside?.ToString() },
            udp = report.Udp.ToString().ToLowerInvariant(),
            report.DownMegabits,
            report.UpMegabits,
            minimumDownMegabits = NetworkAdvice.MinDown,
            minimumUpMegabits = NetworkAdvice.MinUp,
            meetsMinimum = NetworkAdvice.MeetsMinimum(report),
            clockOffsetMs = report.ClockOffset?.TotalMilliseconds,
            report.Mtu,
            earnings,
            advice = NetworkAdvice.For(report, router),
        },
        Options);
}
