using ClusterCast.Media.Hls;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Viewing;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Watch;

/// <summary>A viewer without a picture: verifies, pays, prints statistics, serves HLS: <c>clustercast watch</c>.</summary>
public sealed class WatchRole : IRole
{
    private const int MostSecondsBack = 60;
    private const int LiveSegments = 6;

    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        var log = context.Logs.CreateLogger("watch");
        await using var node = await ViewerNode.StartAsync(context, "watch", "viewer", log, stop).ConfigureAwait(false);
        var mesh = node.Mesh;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (settings.Text("watch:duration") is not null)
        {
            over.CancelAfter(settings.Seconds("watch:duration"));
        }

        var from = TimeSpan.FromSeconds(settings.Number("watch:from", 0, MostSecondsBack));
        var hls = settings.Switch("watch:hls") ? new HlsWindow(LiveSegments + ((int)from.TotalSeconds / 2)) : null;
        var track = await FindTrackAsync(mesh, settings, over.Token).ConfigureAwait(false);
        await using var subscription = mesh.Subscribe(track);
        var playback = new Playback();
        var viewer = new WatchStatus(mesh, subscription, playback, node.Purse, context.Time);
        await using var web = await WebHost.StartAsync(
            context, "watch", settings.Required("watch:http", "Give an address like 127.0.0.1:0."), () => null,
            app =>
            {
                viewer.Map(app);
                if (hls is not null)
                {
                    HlsEndpoint.Map(app, hls);
                }
            }).ConfigureAwait(false);
        var url = web.Url.ToString().TrimEnd('/');
        if (hls is not null)
        {
            log.LogInformation("HLS for any player: {Url}/hls/stream.m3u8", url);
        }

        ReadyLine.Write(context.Output, "watch", ("http", url), ("hls", hls is null ? "" : $"{url}/hls/stream.m3u8"));
        var printing = viewer.PrintAsync(log, over.Token);
        await TakeAsync(mesh, subscription, playback, from, hls, context.Time, log, over.Token).ConfigureAwait(false);
        await printing.ConfigureAwait(false);
        await subscription.DisposeAsync().ConfigureAwait(false);
        return await ReportAsync(viewer, settings.Text("watch:report")).ConfigureAwait(false);
    }

    // Track 0 is the highest that a known relay carries.
    private static async Task<TrackKey> FindTrackAsync(MeshNode mesh, Settings settings, CancellationToken stop)
    {
        var stream = Inputs.Stream(settings.Required("watch:stream", "Name the stream, for example --stream 1."));
        var wanted = (ushort)settings.Number("watch:track", 0, ushort.MaxValue);
        mesh.Seek(stream);
        if (wanted != 0)
        {
            return new TrackKey(stream, wanted);
        }

        try
        {
            return await mesh.FindTrackAsync(stream, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new NodeException($"No relay at hand carries stream {stream}. Check --bootstrap and that the stream is live.", ExitCode.Failed);
        }
    }

    private static async Task TakeAsync(
        MeshNode mesh, TrackSubscription subscription, Playback playback, TimeSpan from, HlsWindow? hls, TimeProvider time, ILogger log, CancellationToken stop)
    {
        void Take(ReceivedPart part)
        {
            hls?.AddInit(part.Init);
            hls?.AddPart(part.Bytes, part.StartsWindow);
        }

        try
        {
            await foreach (var part in subscription.Parts.ReadAllAsync(stop).ConfigureAwait(false))
            {
                playback.Take(time.GetUtcNow().ToUnixTimeMilliseconds(), part.Part.Node.Time, part.Part.LeafHashes.Count);
                if (from > TimeSpan.Zero)
                {
                    log.LogInformation(
                        "{Parts} parts of before, verified and paid, of the last {Seconds} s",
                        await CatchUp.RunAsync(mesh, part, from, Take, stop).ConfigureAwait(false), from.TotalSeconds);
                    from = TimeSpan.Zero;
                }

                Take(part);
            }
        }
        catch (OperationCanceledException)
        {
            // Watched enough.
        }
    }

    private static async Task<ExitCode> ReportAsync(WatchStatus viewer, string? file)
    {
        if (file is not null)
        {
            await File.WriteAllTextAsync(file, viewer.ToJson() + "\n").ConfigureAwait(false);
        }

        return viewer.HasPicture ? ExitCode.Ok : throw new NodeException("Nothing was received: no relay at hand carries the stream. Check --bootstrap and that the stream is live.", ExitCode.Failed);
    }
}
