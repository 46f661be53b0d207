using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Demo;

public sealed class DemoTests
{
    private static readonly string[] Fields =
    [
        "firstFrameMs", "glassToGlassMs", "verifiedBytes", "leavesVerified", "leavesRejected", "badLeavesShown", "proofOverheadPercent", "stalls", "droppedFrames", "relaysUsed",
        "bannedRelays", "ticketsSent", "ticketsWon", "ticketsRedeemed", "usdcSpent", "usdcExpected", "usdcRedeemedOnChain", "earnings", "chainTransactions",
    ];

    [Fact]
    public async Task A_headless_run_shows_a_verified_paid_picture_and_accounts_for_every_micro_USDC()
    {
        await using var sandbox = new Sandbox();

        var demo = await HeadlessDemo.RunAsync(sandbox, 15, "--screenshot", sandbox.File("page.png"));

        Assert.Empty(Fields.Except(demo.Report.Select(field => field.Key)));
        demo.AssertPictureAndMoney();
        Assert.True(demo.Number("firstFrameMs") > 0);
        Assert.Equal(0, demo.Number("leavesRejected"));
        Assert.Empty(demo.Report["bannedRelays"]!.AsArray());
        Assert.InRange(demo.Number("proofOverheadPercent"), 0.01, 1.5);
        Assert.InRange(demo.Number("verifiedBytes"), 1_500_000, 8_000_000);
        Assert.Equal(demo.Number("ticketsWon"), demo.Number("ticketsRedeemed"));

        // One of the three relays is on the second level and pays its parent.
        Assert.True((long)demo.Report["inner"]!["ticketsRedeemed"]! >= 1, demo.Report.ToJsonString());
        Assert.True(demo.Number("chainTransactions") >= 5);
        Assert.True(new FileInfo(sandbox.File("page.png")).Length > 10_000);
        Assert.Contains("\"firstFrameMs\":", demo.Finished.Output);
    }
}
