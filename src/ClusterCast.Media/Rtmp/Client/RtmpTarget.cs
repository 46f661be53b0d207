using System.Globalization;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>The parts of <c>rtmp[s]://host[:port]/app/KEY</c>. The key is the last part of the path with what follows a <c>?</c>; the
/// application may have several parts.</summary>
public sealed class RtmpTarget
{
    private const int MaxCharacters = 2048;

    private RtmpTarget(bool tls, string host, int port, string application, Secret key) =>
        (Tls, Host, Port, Application, Key) = (tls, host, port, application, key);

    /// <summary>Over TLS (<c>rtmps</c>).</summary>
    public bool Tls { get; }

    /// <summary>Name or address of the server.</summary>
    public string Host { get; }

    /// <summary>Port; by default 1935, and 443 over TLS.</summary>
    public int Port { get; }

    /// <summary>The application.</summary>
    public string Application { get; }

    /// <summary>The key under which to publish.</summary>
    public Secret Key { get; }

    /// <summary>The URL of the application, as <c>connect</c> names it.</summary>
    internal string ApplicationUrl => $"{Scheme}://{Authority}/{Application}";

    private string Scheme => Tls ? "rtmps" : "rtmp";

    private string Authority => (Host.Contains(':') ? $"[{Host}]" : Host) + (Port == DefaultPort(Tls) ? "" : $":{Port}");

    /// <summary>Reads a URL; with <paramref name="key"/> its whole path is the application.</summary>
    /// <exception cref="MediaException">The URL cannot be understood (<see cref="MediaFault.BadDestination"/>); the message holds no key.</exception>
    public static RtmpTarget Parse(string url, Secret? key = null)
    {
        if (url.Length > MaxCharacters || url.AsSpan().ContainsAnyInRange('\0', ' ') || url.Contains('\x7f')) throw Bad("it is too long or holds spaces or control characters");
        var tls = url.StartsWith("rtmps://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !url.StartsWith("rtmp://", StringComparison.OrdinalIgnoreCase)) throw Bad("it does not begin with rtmp:// or rtmps://");
        var rest = url[(tls ? 8 : 7)..];
        var slash = rest.IndexOf('/');
        if (slash < 0) throw Bad("the application is missing");
        var (host, port) = ReadAuthority(rest[..slash], tls);

        var path = rest[(slash + 1)..];
        var query = "";
        if (key is null)
        {
            if (path.IndexOf('?') is >= 0 and var mark) (path, query) = (path[..mark], path[mark..]);
            var last = path.LastIndexOf('/');
            if (last < 0 || last == path.Length - 1) throw Bad("the key is missing");
            key = new Secret(path[(last + 1)..] + query);
            path = path[..last];
        }
        var application = path.Trim('/');
        if (application.Length == 0) throw Bad("the application is missing");
        var revealed = key.Reveal();
        if (revealed.Length is 0 or > MaxCharacters || revealed.AsSpan().ContainsAnyInRange('\0', ' ')) throw Bad("the key is empty, too long or holds spaces");
        return new RtmpTarget(tls, host, port, application, key);
    }

    /// <summary>The URL with <c>****</c> in place of the key.</summary>
    public override string ToString() => $"{Scheme}://{Authority}/{Application.Split('?', 2)[0]}/{Key}";

    private static (string Host, int Port) ReadAuthority(string text, bool tls)
    {
        if (text.Contains('@')) throw Bad("a user name or password in it is not carried");
        var host = text;
        var port = "";
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            if (end < 0 || (end + 1 < text.Length && text[end + 1] != ':')) throw Bad("its address is broken");
            host = text[1..end];
            port = end + 1 < text.Length ? text[(end + 2)..] : "";
        }
        else if (text.IndexOf(':') is >= 0 and var colon) (host, port) = (text[..colon], text[(colon + 1)..]);
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) throw Bad("the host is missing or is no host name");
        if (port.Length == 0) return (host, DefaultPort(tls));
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? (host, number) : throw Bad("its port is not a number from 1 to 65535");
    }

    private static int DefaultPort(bool tls) => tls ? 443 : 1935;

    private static MediaException Bad(string what) =>
        new(MediaFault.BadDestination, $"The destination's URL cannot be used: {what}; give rtmp://host/app/KEY or rtmps://host/app/KEY.");
}
