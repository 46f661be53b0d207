using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClusterCast.Node.Demo;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Demo;

public sealed partial class DemoReportTests
{
    /// <summary>The interface that scripts and benchmarks rely on.</summary>
    private static readonly string[] Promised =
    [
        "firstFrameMs", "glassToGlassMs", "verifiedBytes", "leavesVerified", "leavesRejected", "badLeavesShown", "proofOverheadPercent", "stalls", "droppedFrames", "relaysUsed",
        "bannedRelays", "ticketsSent", "ticketsWon", "ticketsRedeemed", "usdcSpent", "usdcExpected", "usdcRedeemedOnChain", "earnings", "chainTransactions",
    ];

    private static readonly DemoReport Full = new()
    {
        FirstFrameMs = 312.5,
        GlassToGlassMs = new Percentiles(900, 1100),
        VerifiedBytes = 5_000_000,
        RelaysUsed = ["0x01"],
        BannedRelays = [new BannedRelay("0x01", "corrupt leaf")],
        UsdcSpent = 0.0044m,
        UsdcExpected = 0.004412345678m,
        Earnings = new Earnings(0.0038m, 0.0004m, 0.0002m),
        Inner = new InnerPayments(2, 0.0008m, new Earnings(0.0007m, 0.00006m, 0.00004m)),
        Failures = ["There was no picture."],
    };

    [Fact]
    public void All_promised_fields_are_there_by_name() => Assert.Empty(Promised.Except(Names(Json(new DemoReport()))));

    [Fact]
    public void The_documentation_lists_the_fields_and_no_others()
    {
        var described = File.ReadLines(Path.Combine(Repository.Root, "docs", "report.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Field().Matches(line.Split('|')[1]).Select(match => match.Groups[1].Value));

        Assert.Equal(Names(Json(Full)).Order(), described.Order());
    }

    [Fact]
    public void Parts_of_fields_have_their_names_too()
    {
        var json = Json(Full);

        Assert.Equal(["p50", "p95"], Names(json["glassToGlassMs"]!));
        Assert.Equal(["relay", "broadcaster", "treasury"], Names(json["earnings"]!));
        Assert.Equal(["ticketsRedeemed", "usdcRedeemedOnChain", "earnings"], Names(json["inner"]!));
        Assert.Equal(["relay", "broadcaster", "treasury"], Names(json["inner"]!["earnings"]!));
        Assert.Equal(["node", "why"], Names(json["bannedRelays"]![0]!));
    }

    [Fact]
    public void What_was_not_measured_is_null_and_not_left_out()
    {
        var json = Json(new DemoReport());

        Assert.True(json.ContainsKey("firstFrameMs") && json["firstFrameMs"] is null);
        Assert.True(json.ContainsKey("glassToGlassMs") && json["glassToGlassMs"] is null);
    }

    [Fact]
    public void Money_keeps_all_its_decimals()
    {
        var json = Full.ToJson();

        Assert.Contains("\"usdcExpected\": 0.004412345678,", json);
        Assert.Contains("\"usdcSpent\": 0.0044,", json);
    }

    [GeneratedRegex(@"`(\w+)[^`]*`")]
    private static partial Regex Field();

    private static JsonObject Json(DemoReport report) => JsonNode.Parse(report.ToJson())!.AsObject();

    private static IEnumerable<string> Names(JsonNode json) => json.AsObject().Select(field => field.Key);
}
