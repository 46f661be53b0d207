using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Presets;

namespace ClusterCast.Media.Tests.Egress.Presets;

public sealed class PlatformTests
{
    private static readonly OutputFormat Usual = new() { Width = 1920, Height = 1080, FrameRate = 30, VideoKbps = 6000, KeyframeSeconds = 2 };

    [Fact]
    public void The_usual_format_is_taken_by_all() => Assert.All(Platforms.All, platform => Assert.Empty(platform.Check(Usual)));

    [Fact]
    public void What_is_too_much_is_named_with_figure_and_remedy()
    {
        Assert.Equal("facebook takes at most 4000 kbit/s of video at 720p30, not 6000; lower the video bitrate.", Only(Platforms.Facebook, Usual with { Width = 1280, Height = 720 }));
        Assert.Equal("twitch takes at most 1080p at 60 frames/s, not 1440p at 30; lower the resolution or the frame rate.", Only(Platforms.Twitch, Usual with { Width = 2560, Height = 1440 }));
        Assert.Equal("twitch takes at most 2 s between key frames, not 4 s; set the key-frame interval to 2 s.", Only(Platforms.Twitch, Usual with { KeyframeSeconds = 4 }));
        Assert.Equal("kick does not take Hevc video; use H.264.", Only(Platforms.Kick, Usual with { Codec = VideoCodec.Hevc }));
        Assert.Equal("facebook takes at most 256 kbit/s of audio, not 320; lower the audio bitrate.", Only(Platforms.Facebook, Usual with { AudioKbps = 320 }));
        Assert.Equal("twitch takes at most 2 audio channels, not 6; mix down to stereo.", Only(Platforms.Twitch, Usual with { Channels = 6 }));
        Assert.Equal("youtube takes audio of 44100 or 48000 Hz, not 32000; resample to 48000 Hz.", Only(Platforms.YouTube, Usual with { SampleRate = 32_000 }));
        Assert.Equal(3, Platforms.Twitch.Check(Usual with { VideoKbps = 9000, Channels = 6, KeyframeSeconds = 10 }).Count);
    }

    [Theory]
    [InlineData(1920, 1080, 59.94, 9_000)]
    [InlineData(1080, 1920, 60, 9_000)] // upright
    [InlineData(640, 360, 30, 1_000)]
    public void Fractional_rates_and_upright_pictures_find_their_tier(int width, int height, double rate, int kbps)
    {
        var format = Usual with { Width = width, Height = height, FrameRate = rate, VideoKbps = kbps };
        Assert.Empty(Platforms.Facebook.Check(format));
        Assert.NotEmpty(Platforms.Facebook.Check(format with { VideoKbps = kbps + 1 }));
    }

    [Fact]
    public void Platforms_are_found_by_name_and_by_host()
    {
        Assert.Same(Platforms.YouTube, Platforms.Named("YouTube"));
        Assert.Null(Platforms.Named("nowhere"));
        Assert.Same(Platforms.YouTube, Platforms.OfHost("a.rtmps.youtube.com"));
        Assert.Same(Platforms.Twitch, Platforms.OfHost("fra05.contribute.live.twitch.tv"));
        Assert.Same(Platform.Custom, Platforms.OfHost("evil-twitch.tv.example"));
        Assert.Same(Platform.Custom, Platforms.OfHost("nottwitch.tv"));
    }

    [Fact]
    public void Ingest_urls_make_destinations() => Assert.All(Platforms.All.Where(platform => platform.IngestUrl is not null), platform =>
        Assert.EndsWith("/****", DestinationUrl.Parse(platform.IngestUrl!, new Secret("k-e-y")).ToString()));

    private static string Only(Platform platform, OutputFormat format) => Assert.Single(platform.Check(format));
}
