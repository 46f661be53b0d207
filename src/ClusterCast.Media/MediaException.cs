namespace ClusterCast.Media;

/// <summary>What went wrong, for exit statuses and counters. Programs branch on this and never on the text.</summary>
public enum MediaFault
{
    /// <summary>The peer broke the RTMP, FLV or CMAF format.</summary>
    Malformed,
    /// <summary>A bound of ours (message size, part size, queue) was exceeded.</summary>
    LimitExceeded,
    /// <summary>The publish key is not known.</summary>
    WrongPublishKey,
    /// <summary>The publish key is in use by another publisher.</summary>
    PublisherBusy,
    /// <summary>A video or audio codec that is not carried.</summary>
    UnsupportedCodec,
    /// <summary>IDR frames are too far apart.</summary>
    KeyframeInterval,
    /// <summary>Sound arrives, but no picture.</summary>
    NoVideo,
    /// <summary>The peer sent nothing for the idle time.</summary>
    Idle,
    /// <summary>The peer left, or the network did.</summary>
    Disconnected,
    /// <summary>The port is in use, or may not be opened.</summary>
    ListenFailed,
    /// <summary>The ffmpeg or ffprobe program is not installed.</summary>
    FfmpegMissing,
    /// <summary>An FFmpeg process ended with an error.</summary>
    FfmpegFailed,
    /// <summary>A clip cannot be read or holds no picture.</summary>
    BadClip,
    /// <summary>An output's profile cannot be understood.</summary>
    BadProfile,
    /// <summary>A destination's URL, name or key cannot be understood.</summary>
    BadDestination,
    /// <summary>An output exceeds what its platform takes.</summary>
    PlatformLimit,
    /// <summary>No connection to a destination comes about.</summary>
    ConnectFailed,
    /// <summary>A destination's certificate is not trusted, or it does not speak TLS.</summary>
    TlsFailed,
    /// <summary>A destination does not take this key.</summary>
    KeyRefused,
    /// <summary>A destination has a publisher with this key already.</summary>
    NameInUse,
    /// <summary>A destination refuses to be published to for another reason.</summary>
    PublishRefused,
    /// <summary>A destination takes no bytes any more, or acknowledges none.</summary>
    Stalled,
}

/// <summary>A failure of the media floor. The message is one sentence that names cause and remedy, fit for a user.</summary>
public sealed class MediaException : Exception
{
    /// <summary>Creates the failure.</summary>
    public MediaException(MediaFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    /// <summary>The kind of failure.</summary>
    public MediaFault Fault { get; }
}
