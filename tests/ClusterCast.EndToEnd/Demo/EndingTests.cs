using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Demo;

/// <summary>However the demo ends, nothing is left of it.</summary>
public sealed class EndingTests
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan End = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("Watch at http://127.0.0.1:")]
    [InlineData("Starting the chain")]
    public async Task Control_C_ends_it_well_early_and_late(string line)
    {
        await using var sandbox = new Sandbox();
        await using var demo = Clustercast.Start(sandbox, "demo", "--port", "0");
        await demo.LineAsync(said => said.StartsWith(line, StringComparison.Ordinal), Start);

        demo.Signal(Interrupt);

        var finished = await demo.EndAsync(End);
        Assert.True(finished.Status == 0, finished.ToString());
        Assert.DoesNotContain("   at ", finished.ToString());
        await sandbox.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Its_death_ends_all_its_processes()
    {
        await using var sandbox = new Sandbox();
        await using var demo = Clustercast.Start(sandbox, "demo", "--port", "0", "--headless");
        await demo.LineAsync(said => said.StartsWith("Watching for", StringComparison.Ordinal), Start);

        demo.Signal(Kill);

        await demo.EndAsync(End);
        await sandbox.AssertNoProcessIsLeftAsync();
    }

    [Fact]
    public async Task Without_FFmpeg_it_says_what_to_install()
    {
        await using var sandbox = new Sandbox();
        await using var demo = Command.Start(sandbox, Clustercast.Binary, ["demo", "--port", "0"], ("PATH", PathWithoutFfmpeg(sandbox)));

        Clustercast.IsRefusal(await demo.EndAsync(Start), 69, "ffprobe", "apt-get install ffmpeg");

        await sandbox.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData(65, "none.mp4", "--source", "none.mp4")]
    [InlineData(64, "corrupt, stall, crash or receipt", "--misbehave", "lie")]
    [InlineData(64, "at least 5 s", "--headless", "--duration", "1")]
    [InlineData(64, "demo:port", "--port", "99999")]
    public Task Flags_that_make_no_sense_are_refused_at_once(int status, string words, params string[] flags) => Clustercast.RefusesAsync(status, [words], ["demo", .. flags]);

    // What the demo needs besides: the tools that tie anvil to its owner.
    private static string PathWithoutFfmpeg(Sandbox sandbox)
    {
        var folder = Directory.CreateDirectory(sandbox.File("bin")).FullName;
        foreach (var tool in (string[])["setsid", "setpriv"])
        {
            File.CreateSymbolicLink(Path.Combine(folder, tool), $"/usr/bin/{tool}");
        }

        return folder;
    }
}
