namespace ClusterCast.Media.Ingest;

/// <summary>Which clip to publish, how and where.</summary>
public sealed record ClipOptions
{
    /// <summary>The clip: any file that FFmpeg reads and that holds a picture.</summary>
    public required string Path { get; init; }

    /// <summary>Where to publish: <c>rtmp://host:port/live/KEY</c>. Errors never show it, for it holds the publish key.</summary>
    public required string Url { get; init; }

    /// <summary>Frame width in pixels, even, at least 576 for the time code. Other shapes are scaled and padded.</summary>
    public int Width { get; init; } = 854;

    /// <summary>Frame height in pixels, even.</summary>
    public int Height { get; init; } = 480;

    /// <summary>Video bitrate in kbit/s.</summary>
    public int VideoKbps { get; init; } = 1400;

    /// <summary>Audio bitrate in kbit/s.</summary>
    public int AudioKbps { get; init; } = 96;

    /// <summary>x264 preset.</summary>
    public string Preset { get; init; } = "superfast";

    /// <summary>Clock for pacing and stamps.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>Shape of raw media between the FFmpeg processes: 30 frames/s of yuv420p, 48 kHz stereo of 16 bits. 1,600 samples go with
/// every frame exactly, so sound and picture cannot drift apart, however often the clip is repeated.</summary>
internal static class RawMedia
{
    public const int FrameRate = 30;
    public const int SampleRate = 48_000;
    public const int Channels = 2;
    public const int SoundBytesPerFrame = SampleRate / FrameRate * Channels * sizeof(short);

    public static int FrameBytes(ClipOptions options) => options.Width * options.Height * 3 / 2;
}
