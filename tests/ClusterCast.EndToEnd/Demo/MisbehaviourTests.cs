using ClusterCast.EndToEnd.Support;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.EndToEnd.Demo;

/// <summary>The relay in use misbehaves in mid-stream, and the picture goes on from another one.</summary>
public sealed class MisbehaviourTests
{
    private const int Seconds = 12;

    [Fact]
    public async Task A_relay_that_flips_bits_is_banned_and_the_incident_is_kept()
    {
        await using var sandbox = new Sandbox();

        var demo = await HeadlessDemo.RunAsync(sandbox, Seconds, "--misbehave", "corrupt");

        demo.AssertPictureAndMoney();
        AssertWentOn(demo);
        Assert.True(demo.Number("leavesRejected") >= 1);
        var banned = Assert.Single(demo.Report["bannedRelays"]!.AsArray())!;
        Assert.Equal(demo.RelaysUsed[0], (string)banned["node"]!);
        Assert.NotEmpty((string)banned["why"]!);
        var (domains, report) = IncidentFile.Read(await File.ReadAllTextAsync(Path.Combine(demo.Kept, "incident-1.json")));
        Assert.IsType<CorruptLeaf>(report);
        Assert.True(report.IsConsistent(domains, null, out var reason), reason);
        Assert.Equal(Address.Parse(demo.RelaysUsed[0]), report.Node);
    }

    [Fact]
    public async Task A_relay_that_signs_false_receipts_leaves_evidence_that_anybody_can_decide()
    {
        await using var sandbox = new Sandbox();

        var demo = await HeadlessDemo.RunAsync(sandbox, Seconds, "--misbehave", "receipt");

        demo.AssertPictureAndMoney();
        Assert.NotEmpty(demo.Report["evidence"]!.AsArray());
        var file = Path.Combine(demo.Kept, "evidence-1.json");
        var verdict = await Clustercast.RunAsync(sandbox, TimeSpan.FromSeconds(20), "evidence", "verify", file);
        Assert.True(verdict.Status == 0, verdict.ToString());
        Assert.StartsWith("PROVEN: ", verdict.Output);
        Assert.Contains(demo.RelaysUsed[0], verdict.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_relay_that_stops_sending_is_left_also_with_a_clip_without_sound_and_of_odd_size()
    {
        await using var sandbox = new Sandbox();

        var demo = await HeadlessDemo.RunAsync(sandbox, Seconds, "--misbehave", "stall", "--source", await Ffmpeg.SilentOddClipAsync(sandbox));

        demo.AssertPictureAndMoney();
        AssertWentOn(demo);
    }

    [Fact]
    public async Task A_relay_that_dies_is_left_also_with_a_clip_with_surround_sound()
    {
        await using var sandbox = new Sandbox();

        var demo = await HeadlessDemo.RunAsync(sandbox, Seconds, "--misbehave", "crash", "--source", await Ffmpeg.SurroundClipAsync(sandbox));

        demo.AssertPictureAndMoney();
        AssertWentOn(demo);
    }

    private static void AssertWentOn(HeadlessDemo demo)
    {
        Assert.True(demo.RelaysUsed.Distinct().Count() >= 2, demo.Report.ToJsonString());
        Assert.NotEqual(demo.RelaysUsed[0], demo.RelaysUsed[^1]);
    }
}
