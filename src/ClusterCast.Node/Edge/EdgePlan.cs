using System.Globalization;
using ClusterCast.Media;
using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Encoding;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Edge;

/// <summary>A stream that an edge takes, and where it goes.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Track">The track; 0 for the highest.</param>
/// <param name="Targets">Where it goes.</param>
internal sealed record StreamPlan(StreamId Stream, ushort Track, IReadOnlyList<TargetPlan> Targets);

/// <summary>One destination of a stream.</summary>
/// <param name="Name">By which it is told of; unique in the stream.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Platform">Whose limits hold.</param>
/// <param name="Profile">What it gets; null for the source where the platform takes it, else the best step of the ladder that it takes.</param>
/// <param name="IsKeyShown">Whether its key stood on the command line, where every user of the machine can read it.</param>
internal sealed record TargetPlan(string Name, DestinationUrl Url, Platform Platform, OutputProfile? Profile, bool IsKeyShown);

/// <summary>Reads the plans out of the configuration and flags.</summary>
internal static class EdgePlans
{
    /// <summary>The stream of the flags, then those of <c>edge:streams</c>.</summary>
    /// <exception cref="NodeException">Something is missing or cannot be understood.</exception>
    public static IReadOnlyList<StreamPlan> Read(Settings settings)
    {
        var plans = new List<StreamPlan>();
        if (settings.Text("edge:stream") is { } stream)
        {
            plans.Add(Plan(settings, stream, "edge"));
        }

        for (var i = 0; settings.Text(Key(i, "stream")) is { } more; i++)
        {
            plans.Add(Plan(settings, more, Key(i, "")[..^1]));
        }

        return plans.DistinctBy(plan => plan.Stream).Count() == plans.Count
            ? plans
            : throw new NodeException("A stream is named twice; give it all its destinations at one place.", ExitCode.Usage);
    }

    /// <summary>A destination: <c>@FILE</c> that holds its URL, <c>env:NAME</c>, a name of <c>edge:destinations</c>, or the URL itself.</summary>
    /// <exception cref="NodeException">It cannot be understood; the message holds no key.</exception>
    public static TargetPlan Target(Settings settings, string to, string? profile, IReadOnlyCollection<string> taken)
    {
        var (url, key, name, platform) = Locate(settings, to);
        try
        {
            var parsed = DestinationUrl.Parse(url, key is null ? null : new Secret(key));
            profile ??= settings.Text($"edge:destinations:{to}:profile");
            var isKeyShown = url == to && key is null && parsed.Kind != DestinationKind.File && parsed.ToString() != url;
            return new TargetPlan(Unique(name ?? NameOf(parsed), taken), parsed, platform ?? PlatformOf(parsed), profile is null ? null : OutputProfile.Parse(profile), isKeyShown);
        }
        catch (MediaException e) when (e.Fault is MediaFault.BadDestination or MediaFault.BadProfile)
        {
            throw new NodeException(e.Message, ExitCode.Usage);
        }
    }

    private static StreamPlan Plan(Settings settings, string stream, string section)
    {
        var (to, profiles) = (settings.List($"{section}:to"), settings.List($"{section}:profile"));
        if (profiles.Count > 1 && profiles.Count != to.Count)
        {
            throw new NodeException($"There are {to.Count} destinations and {profiles.Count} profiles; give one profile for all, or one for each.", ExitCode.Usage);
        }

        var targets = new List<TargetPlan>();
        foreach (var (text, i) in to.Select((text, i) => (text, i)))
        {
            var profile = profiles.Count switch { 0 => null, 1 => profiles[0], _ => profiles[i] };
            var target = Target(settings, text, profile, [.. targets.Select(other => other.Name)]);
            targets.Add(target with { IsKeyShown = target.IsKeyShown && section == "edge" }); // more streams stand in a file
        }

        var track = settings.Text($"{section}:track") is null ? 0 : (ushort)settings.Number($"{section}:track", 0, ushort.MaxValue);
        return new StreamPlan(Inputs.Stream(stream), (ushort)track, targets);
    }

    private static (string Url, string? Key, string? Name, Platform? Platform) Locate(Settings settings, string to)
    {
        if (to.StartsWith('@'))
        {
            return (FirstLine(to[1..]), null, null, null);
        }

        if (to.StartsWith("env:", StringComparison.Ordinal))
        {
            return (Environment.GetEnvironmentVariable(to[4..]) is { Length: > 0 } value ? value : throw Bad($"The environment variable {to[4..]} is not set; put the destination's URL into it."), null, null, null);
        }

        if (to.Contains(':', StringComparison.Ordinal) || to.Contains('/', StringComparison.Ordinal))
        {
            return (to, null, null, null);
        }

        var section = $"edge:destinations:{to}";
        var platform = settings.Text($"{section}:platform") is not { } named ? null
            : Platforms.Named(named) ?? throw Bad($"'{named}' is no platform; there are {string.Join(", ", Platforms.All.Select(known => known.Name))}.");
        var key = settings.Text($"{section}:key") ?? (settings.Text($"{section}:keyFile") is { } file ? FirstLine(file) : null);
        var url = settings.Text($"{section}:url") ?? platform?.IngestUrl
            ?? throw Bad($"There is no destination '{to}' in the configuration: set {section}:url, or give a URL, @FILE or env:NAME.");
        return (url, key, to, platform);
    }

    private static string FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? throw Bad($"The file {file} is empty; its first line is to be the destination's URL or key.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad($"The file {file} cannot be read ({e.Message.TrimEnd('.')}).");
        }
    }

    private static string NameOf(DestinationUrl url) => url.Kind == DestinationKind.File ? Path.GetFileName(url.ToString()) : HostOf(url);

    private static Platform PlatformOf(DestinationUrl url) => url.Kind is DestinationKind.Rtmp or DestinationKind.Rtmps ? Platforms.OfHost(HostOf(url)) : Platform.Custom;

    private static string HostOf(DestinationUrl url) => Uri.TryCreate(url.ToString(), UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host : "destination";

    private static string Unique(string name, IReadOnlyCollection<string> taken)
    {
        var unique = name;
        for (var i = 2; taken.Contains(unique); i++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return unique;
    }

    private static string Key(int index, string name) => string.Create(CultureInfo.InvariantCulture, $"edge:streams:{index}:{name}");

    private static NodeException Bad(string sentence) => new(sentence, ExitCode.Usage);
}
