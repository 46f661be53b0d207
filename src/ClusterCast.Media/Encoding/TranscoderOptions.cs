using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Encoding;

/// <summary>Settings of a <see cref="Transcoder"/>.</summary>
public sealed record TranscoderOptions
{
    /// <summary>The encoder.</summary>
    public required EncoderChoice Encoder { get; init; }

    /// <summary>What comes out.</summary>
    public required VideoShape Shape { get; init; }

    /// <summary>What goes in.</summary>
    public required TranscodeSource Source { get; init; }

    /// <summary>Gets what comes out, one item at a time and in the order of times; it disposes of the items.</summary>
    public required Action<MediaItem> Output { get; init; }

    /// <summary>Gets one sentence whenever something went wrong.</summary>
    public Action<TranscoderIncident>? Incident { get; init; }

    /// <summary>FFmpeg; the one of the search path by default.</summary>
    public string? Program { get; init; }

    /// <summary>Clock of waiting times and delays.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Wait before FFmpeg is started again after it ended; it doubles with every end that follows within 10 s, up to 5 s.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>FFmpeg that gives no picture for so long, although it gets some, is ended and started again.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sound waits for the pictures before it for so long.</summary>
    public TimeSpan SoundPatience { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What happened to a transcoder, for counters.</summary>
public enum TranscoderIncidentKind
{
    /// <summary>FFmpeg ended by itself; it is started again.</summary>
    Ended,
    /// <summary>FFmpeg gave nothing for too long; it is started again.</summary>
    Stalled,
    /// <summary>It did not keep up; pictures up to the next IDR frame were left out.</summary>
    TooSlow,
}

/// <summary>One incident of a transcoder.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Message">One line for the log.</param>
public sealed record TranscoderIncident(TranscoderIncidentKind Kind, string Message);
