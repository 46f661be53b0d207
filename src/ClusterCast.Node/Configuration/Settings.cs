using ClusterCast.Node.Hosting;
using Microsoft.Extensions.Configuration;

namespace ClusterCast.Node.Configuration;

/// <summary>
/// The configuration: the commented defaults (clustercast.jsonc, which is the manual too), over them the user's file, over that environment variables
/// (<c>CLUSTERCAST_relay__price=5000</c>), over those the flags.
/// </summary>
public sealed class Settings
{
    private const string Defaults = "ClusterCast.Node.Configuration.clustercast.jsonc";
    private readonly IConfiguration _values;

    private Settings(IConfiguration values) => _values = values;

    /// <summary>Loads all layers. Throws <see cref="NodeException"/> when the file is missing or is not JSON.</summary>
    public static Settings Load(string? file, IReadOnlyDictionary<string, string?> flags)
    {
        using var defaults = typeof(Settings).Assembly.GetManifestResourceStream(Defaults)!;
        var builder = new ConfigurationBuilder().AddJsonStream(defaults);
        if (file is not null)
        {
            if (!File.Exists(file))
            {
                throw new NodeException($"The configuration file {file} is not there. Write one with: clustercast config > {file}", ExitCode.Usage);
            }

            builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        }

        builder.AddEnvironmentVariables("CLUSTERCAST_").AddInMemoryCollection(flags);
        try
        {
            return new Settings(builder.Build());
        }
        catch (InvalidDataException e)
        {
            throw new NodeException($"The configuration file {file} is not valid JSON: {(e.InnerException ?? e).Message}", ExitCode.Usage);
        }
    }

    /// <summary>The same with one value changed.</summary>
    public Settings With(string key, string value) => new(new ConfigurationBuilder()
        .AddConfiguration(_values)
        .AddInMemoryCollection([new KeyValuePair<string, string?>(key, value)])
        .Build());

    /// <summary>The commented defaults.</summary>
    public static string Manual()
    {
        using var reader = new StreamReader(typeof(Settings).Assembly.GetManifestResourceStream(Defaults)!);
        return reader.ReadToEnd();
    }

    /// <summary>A text; null when it is unset or empty.</summary>
    public string? Text(string key) => _values[key] is { Length: > 0 } value ? value : null;

    /// <summary>A text that must be set. Throws <see cref="NodeException"/> naming the key.</summary>
    public string Required(string key, string remedy) => Text(key) ?? throw new NodeException($"'{key}' is not set. {remedy}", ExitCode.Usage);

    /// <summary>Texts of a list; empty when none is set.</summary>
    public IReadOnlyList<string> List(string key) => [.. _values.GetSection(key).GetChildren().Select(child => child.Value).OfType<string>()];

    /// <summary>Whether a switch is on.</summary>
    public bool Switch(string key) => Parse(key, text => bool.TryParse(text, out var value) ? value : (bool?)null, "true or false") ?? false;

    /// <summary>A whole number of at least <paramref name="atLeast"/> and at most <paramref name="atMost"/>; it must be set.</summary>
    public long Number(string key, long atLeast = 0, long atMost = long.MaxValue) =>
        Parse(key, text => long.TryParse(text, out var value) && value >= atLeast && value <= atMost ? value : (long?)null, $"a whole number from {atLeast} to {atMost}")
        ?? throw new NodeException($"'{key}' is not set; a whole number is expected.", ExitCode.Usage);

    /// <summary>A number of seconds, fractions allowed.</summary>
    public TimeSpan Seconds(string key) =>
        TimeSpan.FromSeconds(Parse(
            key,
            text => double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 31_536_000 ? value : (double?)null,
            "a number of seconds") ?? throw new NodeException($"'{key}' is not set; a number of seconds is expected.", ExitCode.Usage));

    /// <summary>A price in dollars, above 0.</summary>
    public decimal Price(string key) => Parse(
        key,
        text => decimal.TryParse(text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1_000_000_000 ? value : (decimal?)null,
        "a price in dollars above 0") ?? throw new NodeException($"'{key}' is not set; a price in dollars is expected.", ExitCode.Usage);

    private T? Parse<T>(string key, Func<string, T?> parse, string expected)
        where T : struct
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return parse(text) ?? throw new NodeException($"'{key}' is '{text}'; {expected} is expected.", ExitCode.Usage);
    }
}
