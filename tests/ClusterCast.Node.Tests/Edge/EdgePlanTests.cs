using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Node.Edge;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Edge;

public sealed class EdgePlanTests
{
    private static readonly SourceInfo FullHd60 = new(new TranscodeSource(1920, 1080, 60, false), null);

    [Fact]
    public void A_key_comes_from_a_file_or_the_configuration_and_is_never_shown()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("url"), "\nrtmp://live.example/app/secret1\n");
        File.WriteAllText(folder.File("key"), "secret2\n");
        var plan = Assert.Single(EdgePlans.Read(Given.Settings(
            ("edge:stream", "1"), ("edge:to:0", $"@{folder.File("url")}"), ("edge:to:1", "tube"), ("edge:to:2", "rtmp://live.example/app/secret3"),
            ("edge:destinations:tube:platform", "youtube"), ("edge:destinations:tube:keyFile", folder.File("key")), ("edge:destinations:tube:profile", "720p"))));
        Assert.Equal(["live.example", "tube", "live.example-2"], plan.Targets.Select(target => target.Name));
        Assert.Equal([false, false, true], plan.Targets.Select(target => target.IsKeyShown));
        Assert.Equal([Platform.Custom, Platforms.YouTube, Platform.Custom], plan.Targets.Select(target => target.Platform));
        Assert.Equal([null, "720p", null], plan.Targets.Select(target => target.Profile?.Name));
        Assert.DoesNotContain("secret", string.Join(' ', plan.Targets));
    }

    [Fact]
    public void Several_streams_come_from_the_configuration()
    {
        var plans = EdgePlans.Read(Given.Settings(
            ("edge:streams:0:stream", "1"), ("edge:streams:0:to:0", "file:a.mkv"), ("edge:streams:1:stream", "2"), ("edge:streams:1:track", "720"),
            ("edge:streams:1:to:0", "file:b.mkv"), ("edge:streams:1:to:1", "file:c.mkv"), ("edge:streams:1:profile:0", "480p")));
        Assert.Equal(["1", "2"], plans.Select(plan => plan.Stream.ToString()));
        Assert.Equal([0, 720], plans.Select(plan => (int)plan.Track));
        Assert.Equal(["480p", "480p"], plans[1].Targets.Select(target => target.Profile?.Name));
    }

    [Fact]
    public void A_stream_that_is_named_twice_is_refused()
    {
        var refusal = Assert.Throws<NodeException>(() => EdgePlans.Read(Given.Settings(("edge:stream", "1"), ("edge:streams:0:stream", "1"))));
        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
    }

    [Fact]
    public void Without_a_profile_a_platform_gets_the_source_or_the_best_that_it_takes()
    {
        var small = FullHd60 with { Picture = FullHd60.Picture with { Width = 1280, Height = 720, FrameRate = 30 } };
        Assert.Equal("source", Profiles.Choose(Plan(Platforms.Twitch), FullHd60).Name);
        Assert.Equal("source", Profiles.Choose(Plan(Platforms.Twitch), small).Name);
        Assert.Equal("source", Profiles.Choose(Plan(Platforms.Twitch), null).Name);
        var four = new SourceInfo(new TranscodeSource(3840, 2160, 60, false), null);
        Assert.Equal("1080p", Profiles.Choose(Plan(Platforms.Twitch), four).Name);
        Assert.Equal("source", Profiles.Choose(Plan(Platforms.YouTube), four).Name);
    }

    [Fact]
    public void Steps_down_are_smaller_pictures_only()
    {
        Assert.Equal(["source", "720p", "480p", "360p"], Profiles.Steps(OutputProfile.Source, FullHd60).Select(step => step.Name));
        Assert.Equal(["480p", "360p"], Profiles.Steps(OutputProfile.Parse("480p"), FullHd60).Select(step => step.Name));
        Assert.Equal(["source"], Profiles.Steps(OutputProfile.Source, new SourceInfo(new TranscodeSource(640, 360, 30, false), null)).Select(step => step.Name));
    }

    [Fact]
    public void The_sound_of_the_source_is_checked_too()
    {
        var surround = AacConfig.Parse([0x11, 0xB0]); // 5.1 at 48 kHz
        Assert.Equal(6, Profiles.Format(OutputProfile.Source, FullHd60 with { Audio = surround })!.Channels);
        Assert.Null(Profiles.Format(OutputProfile.Source, null));
        Assert.Equal(1080, Profiles.Format(OutputProfile.Parse("1080p"), null)!.Height);
    }

    private static TargetPlan Plan(Platform platform) => EdgePlans.Target(Given.Settings(), "file:x.mkv", null, []) with { Platform = platform };
}
