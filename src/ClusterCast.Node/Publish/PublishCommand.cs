using ClusterCast.Media.Ingest;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Publish;

/// <summary><c>clustercast publish CLIP --to URL</c>: plays the camera for tests and measurements of latency.</summary>
public static class PublishCommand
{
    /// <summary>Publishes a clip in a loop until stopped, with a time code (spec/timecode.md) in every frame.</summary>
    public static async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var clip = context.Settings.Required("argument", "Name the clip.");
        var url = context.Settings.Required("publish:to", "Say where with --to rtmp://host:port/live/KEY.");
        await new ClipPublisher(new ClipOptions { Path = clip, Url = url, TimeProvider = context.Time }).RunAsync(stop).ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
