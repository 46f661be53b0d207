using System.Diagnostics.Metrics;
using ClusterCast.Media;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Segmenting;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Broadcast;

/// <summary>
/// From publications to signed parts. A publisher that leaves and comes back continues the run; another picture height is another track and so another publisher.
/// </summary>
internal sealed class Broadcaster(MeshNode mesh, RtmpServer rtmp, StreamId stream, PrivateKey signingKey, RoleContext context)
{
    private static readonly Meter Meter = new("ClusterCast.Broadcast");
    private static readonly Counter<long> Parts = Meter.CreateCounter<long>("clustercast_broadcast_parts", description: "Parts signed and published");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("clustercast_broadcast_bytes", description: "Media bytes signed and published");
    private readonly ILogger _log = context.Logs.CreateLogger("broadcast");
    private readonly PartSegmenter _segmenter = new(Profile(context.Settings));
    private Publisher? _publisher;
    private bool _publishing;
    private string? _refusal;
    private long _leaves;

    /// <summary>For <c>/api/status</c>.</summary>
    public object Status() => new
    {
        role = "broadcast",
        stream = stream.ToString(),
        publishing = _publishing,
        track = _publisher is null ? null : $"{_publisher.Track.Track}p",
        window = _publisher?.Window ?? 0,
        subscribers = _publisher?.Subscribers ?? 0,
        leavesPublished = Interlocked.Read(ref _leaves),
        refused = _refusal,
    };

    /// <summary>Takes one publication after another until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var publication in rtmp.Publications.ReadAllAsync(stop).ConfigureAwait(false))
            {
                _log.LogInformation("{Remote} publishes stream {Stream}", publication.Remote, stream);
                _publishing = true;
                _refusal = null;
                await PublishAsync(publication, stop).ConfigureAwait(false);
                _publishing = false;
            }
        }
        catch (OperationCanceledException)
        {
            // The role ends.
        }
        finally
        {
            _publisher?.End();
        }
    }

    private async Task PublishAsync(RtmpPublication publication, CancellationToken stop)
    {
        try
        {
            await foreach (var item in publication.ReadPartsAsync(_segmenter, stop).ConfigureAwait(false))
            {
                switch (item)
                {
                    case MediaInit init:
                        Prepare(init);
                        break;
                    case MediaPart part:
                        _publisher!.AddPart(part.Bytes.Span, (ulong)part.CaptureTimeMs, part.StartsSegment);
                        Parts.Add(1);
                        Bytes.Add(part.Bytes.Length);
                        Interlocked.Add(ref _leaves, WindowLimits.LeafCount(part.Bytes.Length));
                        break;
                }
            }

            _log.LogInformation("The publisher has stopped");
        }
        catch (MediaException e)
        {
            _refusal = e.Message;
            _log.LogWarning("The publication ended: {Reason}", e.Message);
        }
    }

    private static SegmenterOptions Profile(Settings settings) => settings.Required("broadcast:profile", "Give live or mesh.") switch
    {
        "live" => new SegmenterOptions(),
        "mesh" => SegmenterOptions.Mesh,
        var other => throw new NodeException($"'{other}' is no profile of a broadcast; give live or mesh.", ExitCode.Usage),
    };

    private void Prepare(MediaInit init)
    {
        var track = new TrackKey(stream, (ushort)init.Height);
        if (_publisher?.Track != track)
        {
            _publisher?.End();
            _publisher = mesh.Publish(track, (ulong)context.Time.GetUtcNow().ToUnixTimeMilliseconds(), signingKey);
        }

        _publisher.SetInit(init.Bytes.Span);
        _log.LogInformation("{Width}x{Height} {Codecs} as track {Track}p", init.Width, init.Height, init.Codecs, init.Height);
    }
}
