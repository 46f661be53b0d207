using System.Net;
using ClusterCast.Mesh.Nat.Examining;
using ClusterCast.Node.Doctor;

namespace ClusterCast.Node.Tests.Doctor;

public sealed class NetworkAdviceTests
{
    private static readonly RelayAnswer Answer = new("tls://a:1", null, null, TimeSpan.FromMilliseconds(20), IPEndPoint.Parse("203.0.113.7:1"), TimeSpan.Zero);
    private static readonly NetworkReport Good = new(
        [Answer, Answer with { Url = "tls://b:1" }], IPAddress.Parse("203.0.113.7"), false, NatKind.None, UdpReach.Open, 100, 50, TimeSpan.FromMilliseconds(3), 1500);

    [Fact]
    public void A_good_network_needs_nothing()
    {
        Assert.Empty(NetworkAdvice.For(Good));
        Assert.True(NetworkAdvice.MeetsMinimum(Good));
    }

    [Fact]
    public void Each_fault_has_its_sentence()
    {
        Says(Good with { UpMegabits = 4.9 }, "uplink", "4.9", "needs 5");
        Says(Good with { DownMegabits = 9 }, "downlink", "9.0", "needs 10");
        Says(Good with { UpMegabits = null }, "measuring for others");
        Says(Good with { Udp = UdpReach.Blocked }, "UDP is blocked", "firewall");
        Says(Good with { Nat = NatKind.Symmetric, IsTranslated = true }, "symmetric", "UPnP");
        Says(Good with { Nat = NatKind.Cone, IsTranslated = true }, "behind a NAT", "--public-tls");
        Says(Good with { ClockOffset = TimeSpan.FromSeconds(12) }, "12 s slow", "set-ntp");
        Says(Good with { ClockOffset = TimeSpan.FromSeconds(-2) }, "2.0 s fast");
        Says(Good with { Mtu = 1400 }, "1400 bytes");
        Says(Good with { Nat = NatKind.Unknown, Relays = [Answer] }, "second one with --relay");
    }

    [Fact]
    public void A_router_that_maps_ports_makes_a_NAT_harmless()
    {
        var behind = Good with { Nat = NatKind.Symmetric, IsTranslated = true };

        Assert.Empty(NetworkAdvice.For(behind, new RouterFinding("PCP", IPEndPoint.Parse("203.0.113.7:4430"))));
        Assert.Contains("another NAT", Assert.Single(NetworkAdvice.For(behind, new RouterFinding("PCP", IPEndPoint.Parse("100.64.0.9:4430")))), StringComparison.Ordinal);
        Assert.Single(NetworkAdvice.For(behind, new RouterFinding(null, null)));
    }

    [Fact]
    public void Below_either_minimum_no_relay_can_work()
    {
        Assert.False(NetworkAdvice.MeetsMinimum(Good with { UpMegabits = 4.9 }));
        Assert.False(NetworkAdvice.MeetsMinimum(Good with { DownMegabits = 9.9 }));
        Assert.Null(NetworkAdvice.MeetsMinimum(Good with { DownMegabits = null }));
    }

    [Fact]
    public void Earnings_are_places_times_price_less_the_treasury_and_the_own_copy()
    {
        // 0.8 * 15 / 1.5 = 8 viewers of 0.675 GB an hour at $0.01; one copy is paid for.
        var earnings = RelayEarnings.Of(15, 1.5, 10_000);

        Assert.Equal(8, earnings.Viewers);
        Assert.Equal(0.675m * 0.01m * ((8 * 0.95m) - 1), earnings.UsdPerHour);
        Assert.Equal(0, RelayEarnings.Of(1, 1.5, 10_000).UsdPerHour);
    }

    [Fact]
    public void Text_and_JSON_hold_the_findings()
    {
        var text = new StringWriter();
        DoctorText.Write(text, Good, null, RelayEarnings.Of(50, 1.5, 10_000));
        var json = System.Text.Json.Nodes.JsonNode.Parse(DoctorJson.Write(Good, null, RelayEarnings.Of(50, 1.5, 10_000)))!;

        Assert.Contains("Uplink    50 Mb/s, above the 5 that a relay needs", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("Nothing needs to change.", text.ToString(), StringComparison.Ordinal);
        Assert.Equal("none", (string?)json["nat"]);
        Assert.Equal(50, (double?)json["upMegabits"]);
        Assert.Equal(26, (int?)json["earnings"]!["viewers"]);
    }

    private static void Says(NetworkReport report, params string[] words)
    {
        var sentence = Assert.Single(NetworkAdvice.For(report));
        Assert.All(words, word => Assert.Contains(word, sentence, StringComparison.Ordinal));
    }
}
