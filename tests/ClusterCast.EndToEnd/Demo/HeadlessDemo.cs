using System.Text.Json.Nodes;
using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Demo;

/// <summary>A finished headless demo: its report and what it kept.</summary>
internal sealed class HeadlessDemo
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    private HeadlessDemo(Finished finished, JsonObject report, string kept)
    {
        Finished = finished;
        Report = report;
        Kept = kept;
    }

    public Finished Finished { get; }

    public JsonObject Report { get; }

    /// <summary>Folder with logs, incidents and evidence.</summary>
    public string Kept { get; }

    public string[] RelaysUsed => [.. Report["relaysUsed"]!.AsArray().Select(node => (string)node!)];

    /// <summary>Runs the demo; it must end well, and nothing may be left of it.</summary>
    public static async Task<HeadlessDemo> RunAsync(Sandbox sandbox, int seconds, params string[] more)
    {
        var (report, kept) = (sandbox.File("out/report.json"), sandbox.File("kept"));
        var finished = await Clustercast.RunAsync(sandbox, Bound, ["demo", "--headless", "--duration", $"{seconds}", "--port", "0", "--report", report, "--keep", kept, .. more]);
        Assert.True(finished.Status == 0, $"{finished}\n{Logs(kept)}");
        await sandbox.AssertNothingIsLeftAsync();
        return new HeadlessDemo(finished, JsonNode.Parse(await File.ReadAllTextAsync(report))!.AsObject(), kept);
    }

    public double Number(string name) => (double)Report[name]!;

    public decimal Money(string name) => (decimal)Report[name]!;

    /// <summary>What every run must hold, whatever a relay does.</summary>
    public void AssertPictureAndMoney()
    {
        Assert.Empty(Report["failures"]!.AsArray());
        Assert.Equal(0, Number("badLeavesShown"));
        Assert.True(Number("firstFrameMs") > 0, Report.ToJsonString());
        Assert.InRange((double)Report["glassToGlassMs"]!["p95"]!, 1, 5_000);
        Assert.True(Number("ticketsSent") >= 1 && Number("ticketsWon") >= 1, Report.ToJsonString());
        Assert.True(Money("usdcRedeemedOnChain") > 0, Report.ToJsonString());
        Assert.Equal(Money("usdcSpent"), Money("usdcRedeemedOnChain"));
        Assert.Equal(Money("usdcRedeemedOnChain"), Sum(Report["earnings"]!));
        Assert.Equal((decimal)Report["inner"]!["usdcRedeemedOnChain"]!, Sum(Report["inner"]!["earnings"]!));

        // $0.001 per MB, to the last decimal.
        Assert.Equal(Money("verifiedBytes") / 1_000_000_000m, Money("usdcExpected"));
    }

    private static decimal Sum(JsonNode earnings) => earnings.AsObject().Sum(share => (decimal)share.Value!);

    private static string Logs(string kept) => Directory.Exists(Path.Combine(kept, "logs"))
        ? string.Join('\n', Directory.GetFiles(Path.Combine(kept, "logs")).SelectMany(file => File.ReadLines(file).TakeLast(15).Prepend($"== {Path.GetFileName(file)}")))
        : "";
}
