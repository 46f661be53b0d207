using System.Globalization;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>The parts of <c>srt://host:port?streamid=...&amp;passphrase=...</c>. Stream id and passphrase are secret, and so are kept off the
/// command line.</summary>
internal sealed class SrtTarget
{
    private static readonly string[] Plain = ["latency", "mode", "pbkeylen", "payload_size", "pkt_size", "connect_timeout", "maxbw"];

    /// <summary>The URL without what is secret, as it may stand in a process list.</summary>
    public required string Open { get; init; }

    /// <summary>Secret options of FFmpeg, by name.</summary>
    public IReadOnlyList<(string Name, Secret Value)> Options { get; private init; } = [];

    public static SrtTarget Parse(string url)
    {
        if (!url.StartsWith("srt://", StringComparison.OrdinalIgnoreCase) || url.AsSpan().ContainsAnyInRange('\0', ' ')) throw Bad("it does not begin with srt:// or holds spaces");
        var mark = url.IndexOf('?');
        var authority = (mark < 0 ? url : url[..mark])[6..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || Uri.CheckHostName(authority[..colon].Trim('[', ']')) == UriHostNameType.Unknown) throw Bad("the host or the port is missing");
        if (!int.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535) throw Bad("its port is not a number from 1 to 65535");
        var open = new List<string>();
        var secret = new List<(string, Secret)>();
        foreach (var pair in mark < 0 ? [] : url[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            if (equals <= 0) throw Bad("an option has no value");
            var (name, value) = (pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..]));
            if (name is "streamid" or "passphrase") secret.Add((name, Checked(name, value)));
            else if (Plain.Contains(name) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) open.Add($"{name}={value}");
            else throw Bad($"an option is not known or has a value that is not carried; known are streamid, passphrase, {string.Join(", ", Plain)}");
        }
        return new SrtTarget { Open = $"srt://{authority}{(open.Count == 0 ? "" : "?")}{string.Join('&', open)}", Options = secret };
    }

    public string Redact(string text) => Options.Aggregate(text, (current, option) => option.Value.Redact(current));

    public override string ToString() => Open + string.Concat(Options.Select((option, n) => $"{(n == 0 && !Open.Contains('?') ? '?' : '&')}{option.Name}={option.Value}"));

    private static Secret Checked(string name, string value)
    {
        if (value.AsSpan().ContainsAnyInRange('\0', '\x1f')) throw Bad($"the {name} holds control characters");
        if (name == "passphrase" && value.Length is not (>= 10 and <= 79)) throw Bad("the passphrase is not 10 to 79 characters long");
        return value.Length is > 0 and <= 512 ? new Secret(value) : throw Bad($"the {name} is empty or longer than 512 characters");
    }

    private static MediaException Bad(string what) =>
        new(MediaFault.BadDestination, $"The SRT destination's URL cannot be used: {what}; give srt://host:port?streamid=...&passphrase=...");
}
