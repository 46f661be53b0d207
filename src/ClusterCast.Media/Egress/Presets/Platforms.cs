namespace ClusterCast.Media.Egress.Presets;

/// <summary>The platforms that are known by name, with their limits for H.264 over RTMP as they publish them.</summary>
public static class Platforms
{
    /// <summary>support.google.com/youtube/answer/2853702: bitrates for H.264, key frames every 2 s and not more than 4 s apart, AAC stereo at 44.1 or 48 kHz.</summary>
    public static Platform YouTube { get; } = new()
    {
        Name = "youtube",
        IngestUrl = "rtmps://a.rtmps.youtube.com:443/live2",
        Tiers = [new(720, 30, 8_000), new(720, 60, 8_000), new(1080, 30, 10_000), new(1080, 60, 12_000), new(1440, 30, 15_000), new(1440, 60, 24_000), new(2160, 30, 30_000), new(2160, 60, 35_000)],
        MaxKeyframeSeconds = 4,
        MaxAudioKbps = 384,
        MaxChannels = 6,
        SampleRates = [44_100, 48_000],
    };

    /// <summary>help.twitch.tv, broadcast guidelines: at most 6 Mb/s and 1080p60, key frames every 2 s, AAC-LC mono or stereo to 320 kb/s (creator camp).</summary>
    public static Platform Twitch { get; } = new()
    {
        Name = "twitch",
        IngestUrl = "rtmp://live.twitch.tv/app",
        Tiers = [new(1080, 60, 6_000)],
        MaxKeyframeSeconds = 2,
        MaxAudioKbps = 320,
        MaxChannels = 2,
        SampleRates = [44_100, 48_000],
    };

    /// <summary>developers.facebook.com/docs/live-video-api/reference: a range of bitrates for each resolution, key frames at most 4 s apart, AAC stereo to 256 kb/s, RTMPS only.</summary>
    public static Platform Facebook { get; } = new()
    {
        Name = "facebook",
        IngestUrl = "rtmps://live-api-s.facebook.com:443/rtmp",
        Tiers = [new(360, 30, 1_000), new(480, 30, 2_000), new(720, 30, 4_000), new(720, 60, 6_000), new(1080, 30, 6_000), new(1080, 60, 9_000)],
        MaxKeyframeSeconds = 4,
        MaxAudioKbps = 256,
        MaxChannels = 2,
        SampleRates = [44_100, 48_000],
    };

    /// <summary>Kick's creator dashboard gives each user the URL. It runs on Amazon IVS, whose channels take 1080p and 8.5 Mb/s with the sound and
    /// end a stream that is above (docs.aws.amazon.com/ivs, channel type STANDARD); key frames every 2 s.</summary>
    public static Platform Kick { get; } = new()
    {
        Name = "kick",
        Tiers = [new(1080, 60, 8_000)],
        MaxKeyframeSeconds = 2,
        MaxAudioKbps = 320,
        MaxChannels = 2,
        SampleRates = [44_100, 48_000],
    };

    /// <summary>All, with <see cref="Platform.Custom"/>.</summary>
    public static IReadOnlyList<Platform> All { get; } = [YouTube, Twitch, Facebook, Kick, Platform.Custom];

    /// <summary>The platform of this name, or by the host of a URL; <see cref="Platform.Custom"/> if the host is of none.</summary>
    public static Platform OfHost(string host) => host switch
    {
        _ when IsWithin(host, "youtube.com") => YouTube,
        _ when IsWithin(host, "twitch.tv") => Twitch,
        _ when IsWithin(host, "facebook.com") => Facebook,
        _ => Platform.Custom,
    };

    /// <summary>The platform of this name; null if there is none.</summary>
    public static Platform? Named(string name) => All.FirstOrDefault(platform => platform.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsWithin(string host, string domain) =>
        host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
}
