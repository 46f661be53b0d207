using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Bench.Hops;

/// <summary>The place of one process in the measured chain.</summary>
internal enum HopPlace
{
    /// <summary>Makes, signs and pushes parts.</summary>
    Source,

    /// <summary>Carries them on.</summary>
    Relay,

    /// <summary>Takes them.</summary>
    Viewer,
}

/// <summary>What <c>clustercast bench hop</c> is asked to do.</summary>
internal sealed record HopOptions
{
    /// <summary>The place.</summary>
    public required HopPlace Place { get; init; }

    /// <summary>Number of the place in the chain; the keys of the chain come from it.</summary>
    public required byte Number { get; init; }

    /// <summary>Where a relay listens.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>The neighbour that this process dials; null when it waits to be dialed.</summary>
    public string? Dial { get; init; }

    /// <summary>Number of that neighbour.</summary>
    public byte DialNumber { get; init; }

    /// <summary>Whether a relay listens for TLS beside QUIC.</summary>
    public bool ListensByTls { get; init; }

    /// <summary>Children that the place serves at most.</summary>
    public int Children { get; init; } = 1;

    /// <summary>When to use the lane.</summary>
    public LossProtection Protection { get; init; }

    /// <summary>Frames, and so parts, a second.</summary>
    public int FramesPerSecond { get; init; }

    /// <summary>Kilobits a second.</summary>
    public int Kilobits { get; init; }

    /// <summary>How long the source sends.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Where the report goes.</summary>
    public required string Report { get; init; }

    /// <summary>Reads the settings. Throws <see cref="NodeException"/>.</summary>
    public static HopOptions From(Settings settings) => new()
    {
        Place = OneOf<HopPlace>(settings.Required("bench:place", "Give source, relay or viewer with --place.")),
        Number = (byte)settings.Number("bench:number", 1, 200),
        Listen = settings.Text("bench:listen") is { } listen ? Endpoints.Parse(listen) : null,
        Dial = settings.Text("bench:dial"),
        DialNumber = (byte)settings.Number("bench:dialNumber", 0, 200),
        ListensByTls = settings.Switch("bench:tls"),
        Children = settings.Text("bench:children") is null ? 1 : (int)settings.Number("bench:children", 1, 1_000),
        Protection = OneOf<LossProtection>(settings.Required("bench:protection", "Give auto, on or off with --protection.")),
        FramesPerSecond = (int)settings.Number("bench:fps", 1, 120),
        Kilobits = (int)settings.Number("bench:kilobits", 100, 100_000),
        Duration = settings.Seconds("bench:seconds"),
        Report = settings.Required("bench:report", "Name the file of the report with --report."),
    };

    /// <summary>The neighbour as a first peer.</summary>
    public IReadOnlyList<BootstrapPeer> Neighbours => Dial is null ? [] : [new BootstrapPeer(HopKeys.Node(DialNumber).Address, Dial)];

    private static T OneOf<T>(string text)
        where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
        ? value
        : throw new NodeException($"'{text}' is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.", ExitCode.Usage);
}
