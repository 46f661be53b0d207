namespace ClusterCast.Media.Egress;

/// <summary>How a destination is reached.</summary>
public enum DestinationKind
{
    /// <summary>RTMP over TCP.</summary>
    Rtmp,
    /// <summary>RTMP over TLS.</summary>
    Rtmps,
    /// <summary>MPEG-TS over SRT, by FFmpeg.</summary>
    Srt,
    /// <summary>A recording, by FFmpeg.</summary>
    File,
}

/// <summary>Where a destination is: <c>rtmp[s]://host[:port]/app/KEY</c>, <c>srt://host:port?streamid=...&amp;passphrase=...</c>, <c>file:PATH</c>
/// or a path. What is secret in it is kept apart and never printed.</summary>
public sealed class DestinationUrl
{
    private DestinationUrl(DestinationKind kind, string shown) => (Kind, Shown) = (kind, shown);

    /// <summary>How it is reached.</summary>
    public DestinationKind Kind { get; }

    /// <summary>The RTMP server, application and key; null for other kinds.</summary>
    internal Rtmp.Client.RtmpTarget? Rtmp { get; private init; }

    /// <summary>The SRT listener and its secrets; null for other kinds.</summary>
    internal Sinks.SrtTarget? Srt { get; private init; }

    /// <summary>The file; null for other kinds.</summary>
    internal string? Path { get; private init; }

    private string Shown { get; }

    /// <summary>Reads a URL. The RTMP key is the last part of its path, unless it is given apart as <paramref name="key"/>.</summary>
    /// <exception cref="MediaException">The URL cannot be understood (<see cref="MediaFault.BadDestination"/>); the message holds no key.</exception>
    public static DestinationUrl Parse(string url, Secret? key = null)
    {
        var colon = url.IndexOf(':');
        switch (colon < 0 ? "file" : url[..colon].ToLowerInvariant())
        {
            case "rtmp" or "rtmps":
                var rtmp = Media.Rtmp.Client.RtmpTarget.Parse(url, key);
                return new DestinationUrl(rtmp.Tls ? DestinationKind.Rtmps : DestinationKind.Rtmp, rtmp.ToString()) { Rtmp = rtmp };
            case "srt":
                var srt = Sinks.SrtTarget.Parse(url);
                return new DestinationUrl(DestinationKind.Srt, srt.ToString()) { Srt = srt };
            case "file":
                var path = Sinks.RecordingFile.Check(colon < 0 ? url : url[(colon + 1)..]);
                return new DestinationUrl(DestinationKind.File, path) { Path = path };
            case var scheme:
                throw new MediaException(MediaFault.BadDestination,
                    $"A destination cannot be reached by '{Printable(scheme)}:'; give rtmp://host/app/KEY, rtmps://host/app/KEY, srt://host:port or file:PATH.");
        }
    }

    /// <summary>The text of a server or of FFmpeg without the secrets that it may quote.</summary>
    public string Redact(string text) => Rtmp is { } rtmp ? rtmp.Key.Redact(text) : Srt is { } srt ? srt.Redact(text) : text;

    /// <summary>The URL with <c>****</c> in place of what is secret.</summary>
    public override string ToString() => Shown;

    private static string Printable(string text) => string.Concat(text.Take(16).Where(c => c is >= ' ' and <= '~'));
}
