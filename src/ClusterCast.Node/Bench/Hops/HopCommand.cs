using System.Collections.Concurrent;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Watch;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Bench.Hops;

/// <summary>
/// <c>clustercast bench hop</c>: one place of a chain of nodes, each a process, that measures when each part is there. All places run on one machine, so
/// that their clocks are one; the links between them are whatever the network is.
/// </summary>
public static class HopCommand
{
    /// <summary>Runs the place until it is stopped, the source until it has sent for its duration, and writes the report.</summary>
    public static async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var options = HopOptions.From(context.Settings);
        var parts = new ConcurrentQueue<PartAt>();
        var playback = new Playback();
        var arrivals = 0;
        await using var mesh = new MeshNode(Options(options, context) with
        {
            PartArrived = (_, window, part) =>
            {
                var now = Micros();
                parts.Enqueue(new PartAt(window, part.Index, now, part.LeafCount));
                playback.Take(now / 1_000, part.Time, part.LeafCount);
                if (Interlocked.Increment(ref arrivals) == 1)
                {
                    ReadyLine.Write(context.Output, "track");
                }
            },
        });
        mesh.Start();
        ReadyLine.Write(context.Output, "hop", ("listen", Listening(mesh)));
        var viewer = options.Place == HopPlace.Viewer ? mesh.Subscribe(HopKeys.Track) : null;
        try
        {
            await (options.Place == HopPlace.Source
                ? new HopSource(options, parts.Enqueue).RunAsync(mesh, stop)
                : TakeAsync(viewer, stop)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }

        var taken = viewer ?? mesh.Carries.FirstOrDefault();
        var statistics = taken?.Statistics;
        var (tried, found, decided) = mesh.DirectWays;
        var report = new HopReport(
            options.Place.ToString(), options.Number, statistics?.RelaysUsed.Count ?? 0, statistics?.Relay is { } parent ? HopKeys.NumberOf(parent) : null,
            statistics?.PartsLost ?? 0, playback.Figures.Stalls, tried, found, decided?.TotalMilliseconds, [.. parts]);
        await File.WriteAllTextAsync(options.Report, report.ToJson(), CancellationToken.None).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    /// <summary>The machine's clock, Unix microseconds.</summary>
    internal static long Micros() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static MeshOptions Options(HopOptions options, RoleContext context) => new()
    {
        Role = options.Place switch { HopPlace.Source => PeerRole.Broadcaster, HopPlace.Relay => PeerRole.Relay, _ => PeerRole.Viewer },
        NodeKey = HopKeys.Node(options.Number),
        Domains = HopKeys.Domains,
        SigningKeys = HopKeys.Trust,
        QuicListen = options.Listen,
        TlsListen = options.ListensByTls ? options.Listen : null,
        BootstrapPeers = options.Neighbours,
        MaxPeers = 1,

        // One child a place as a rule, or the chain would become shorter where it can.
        MaxSubscribers = options.Children,
        LossProtection = options.Protection,
        Time = context.Time,
        Logging = context.Logs,
    };

    private static string Listening(MeshNode mesh) => mesh.QuicEndpoint is { } quic ? $"quic://{quic}" : "";

    // The parts are dated where they come in; here they are only taken away.
    private static async Task TakeAsync(TrackSubscription? viewer, CancellationToken stop)
    {
        if (viewer is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
            return;
        }

        await foreach (var _ in viewer.Parts.ReadAllAsync(stop).ConfigureAwait(false))
        {
        }
    }
}
