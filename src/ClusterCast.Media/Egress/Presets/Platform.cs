namespace ClusterCast.Media.Egress.Presets;

/// <summary>The most video that a platform takes up to a height and frame rate.</summary>
/// <param name="Height">Lines of the picture's shorter side.</param>
/// <param name="FrameRate">Frames per second.</param>
/// <param name="VideoKbps">Video kbit/s.</param>
public sealed record PlatformTier(int Height, double FrameRate, int VideoKbps);

/// <summary>A platform: where it is published to and what it takes, as it says itself.</summary>
public sealed record Platform
{
    /// <summary>Name for the command line.</summary>
    public required string Name { get; init; }

    /// <summary>The URL without key; null when the platform gives each user another.</summary>
    public string? IngestUrl { get; init; }

    /// <summary>What it takes, from the smallest picture; empty takes all.</summary>
    public IReadOnlyList<PlatformTier> Tiers { get; init; } = [];

    /// <summary>Most seconds between IDR frames.</summary>
    public double? MaxKeyframeSeconds { get; init; }

    /// <summary>Most audio kbit/s.</summary>
    public int? MaxAudioKbps { get; init; }

    /// <summary>Most audio channels.</summary>
    public int? MaxChannels { get; init; }

    /// <summary>Audio sample rates; empty takes all.</summary>
    public IReadOnlyList<int> SampleRates { get; init; } = [];

    /// <summary>Video codecs.</summary>
    public IReadOnlyList<VideoCodec> Codecs { get; init; } = [VideoCodec.Avc];

    /// <summary>Any RTMP server, about which nothing is known.</summary>
    public static Platform Custom { get; } = new() { Name = "custom", Codecs = [VideoCodec.Avc, VideoCodec.Hevc, VideoCodec.Av1] };

    /// <summary>What of <paramref name="format"/> the platform does not take, one sentence each with the remedy; empty when all is well.</summary>
    public IReadOnlyList<string> Check(OutputFormat format)
    {
        var found = new List<string>();
        if (!Codecs.Contains(format.Codec)) found.Add($"{Name} does not take {format.Codec} video; use H.264.");
        CheckPicture(format, found);
        if (format.KeyframeSeconds > MaxKeyframeSeconds + 0.05)
            found.Add($"{Name} takes at most {MaxKeyframeSeconds} s between key frames, not {format.KeyframeSeconds:0.##} s; set the key-frame interval to 2 s.");
        if (format.AudioKbps > MaxAudioKbps) found.Add($"{Name} takes at most {MaxAudioKbps} kbit/s of audio, not {format.AudioKbps}; lower the audio bitrate.");
        if (format.Channels > MaxChannels) found.Add($"{Name} takes at most {MaxChannels} audio channels, not {format.Channels}; mix down to stereo.");
        if (SampleRates.Count > 0 && !SampleRates.Contains(format.SampleRate))
            found.Add($"{Name} takes audio of {string.Join(" or ", SampleRates)} Hz, not {format.SampleRate}; resample to 48000 Hz.");
        return found;
    }

    private void CheckPicture(OutputFormat format, List<string> found)
    {
        if (Tiers.Count == 0) return;
        var lines = Math.Min(format.Width, format.Height);
        if (Tiers.FirstOrDefault(tier => lines <= tier.Height && format.FrameRate <= tier.FrameRate + 0.1) is not { } fit)
        {
            var best = Tiers[^1];
            found.Add($"{Name} takes at most {best.Height}p at {best.FrameRate} frames/s, not {lines}p at {format.FrameRate:0.##}; lower the resolution or the frame rate.");
        }
        else if (format.VideoKbps > fit.VideoKbps)
            found.Add($"{Name} takes at most {fit.VideoKbps} kbit/s of video at {fit.Height}p{fit.FrameRate}, not {format.VideoKbps}; lower the video bitrate.");
    }
}
