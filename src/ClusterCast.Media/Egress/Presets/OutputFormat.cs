namespace ClusterCast.Media.Egress.Presets;

/// <summary>Video codecs of an output.</summary>
public enum VideoCodec
{
    /// <summary>H.264.</summary>
    Avc,
    /// <summary>H.265.</summary>
    Hevc,
    /// <summary>AV1.</summary>
    Av1,
}

/// <summary>What an output is encoded to.</summary>
public sealed record OutputFormat
{
    /// <summary>Picture width.</summary>
    public required int Width { get; init; }

    /// <summary>Picture height.</summary>
    public required int Height { get; init; }

    /// <summary>Frames per second.</summary>
    public required double FrameRate { get; init; }

    /// <summary>Video kbit/s.</summary>
    public required int VideoKbps { get; init; }

    /// <summary>Seconds between IDR frames.</summary>
    public required double KeyframeSeconds { get; init; }

    /// <summary>Video codec.</summary>
    public VideoCodec Codec { get; init; }

    /// <summary>Audio kbit/s (AAC).</summary>
    public int AudioKbps { get; init; } = 128;

    /// <summary>Audio samples per second.</summary>
    public int SampleRate { get; init; } = 48_000;

    /// <summary>Audio channels.</summary>
    public int Channels { get; init; } = 2;
}
