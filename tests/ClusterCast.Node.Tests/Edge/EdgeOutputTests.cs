using System.Net;
using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;
using ClusterCast.Node.Edge;
using ClusterCast.Node.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Node.Tests.Edge;

public sealed class EdgeOutputTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private readonly RtmpServer _server = new(new RtmpServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), PublishKeyCheck = PublishKey.Single("key") });
    private readonly EdgeMetrics _metrics = new(() => [], () => 0);
    private EdgeFloor _floor = null!;

    public ValueTask InitializeAsync()
    {
        _server.Start();
        var encoder = new EncoderReport(new EncoderChoice(VideoEncoder.X264), 0.01, 100, null);
        _floor = new EdgeFloor(null!, encoder, new Capacity(() => 0, 64, refuses: true, TimeProvider.System), Given.Settings(), Adapts: false, _metrics, NullLogger.Instance, TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _metrics.Dispose();
    }

    [Theory]
    [InlineData("320x180@30:400", 320, 180, 240, 180)]
    [InlineData("source", 640, 360, 640, 480)]
    public async Task Another_picture_in_mid_stream_goes_on_at_the_same_destination(string profile, int width, int height, int thenWidth, int thenHeight)
    {
        await using var output = new EdgeOutput(_floor, "1", OutputProfile.Parse(profile));
        var plan = new TargetPlan("own", DestinationUrl.Parse($"rtmp://{_server.EndPoint}/live/key"), Platform.Custom, null, false);
        await using var target = new EdgeTarget(_floor, "1", plan, null);
        target.Switch(output);
        var received = ReceiveAsync();

        output.Begin(new SourceInfo(new TranscodeSource(640, 360, 30, false), null));
        var (first, second) = (await EncodedClip.ItemsAsync(3, audio: "-an"), await EncodedClip.ItemsAsync(3, size: "640x480", audio: "-an"));
        uint at = 0;
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); received.Pictures < 10 && clock.Elapsed < Bound; at += 3000)
        {
            await FeedAsync(output, first, at);
        }

        output.Begin(new SourceInfo(new TranscodeSource(640, 480, 30, false), null));
        await FeedAsync(output, second, at);
        await UntilAsync(() => received.Configurations.Count == 2 && received.Pictures > 60, () => $"{received.Configurations.Count} configurations, then {received.Pictures} pictures");
        Assert.Equal([(width, height), (thenWidth, thenHeight)], received.Configurations);
        Assert.Equal(DestinationState.Live, target.Destination.State);
        Assert.Equal(1, target.Destination.Status().Attempts);
    }

    // At a pace, as a stream comes; the first pictures pass while the destination is still connecting.
    private static async Task FeedAsync(EdgeOutput output, List<MediaItem> clip, uint from)
    {
        foreach (var item in clip)
        {
            if (item is MediaSample { Kind: MediaKind.Video } sample)
            {
                using var picture = new MediaSample(sample.Kind, PooledBytes.Copy(sample.Data.Span), 0, sample.DtsMs + from, sample.CompositionMs, sample.IsIdr, 0);
                output.Add(picture);
                await Task.Delay(20);
            }
            else
            {
                output.Add(item);
            }
        }
    }

    private Received ReceiveAsync()
    {
        var received = new Received();
        _ = Task.Run(async () =>
        {
            var publication = await _server.Publications.ReadAsync();
            await foreach (var item in publication.Items.ReadAllAsync())
            {
                received.Take(item);
            }
        });
        return received;
    }

    private static async Task UntilAsync(Func<bool> done, Func<string> complaint)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!done())
        {
            Assert.True(clock.Elapsed < Bound, complaint());
            await Task.Delay(20);
        }
    }

    private sealed class Received
    {
        private readonly List<(int Width, int Height)> _configurations = [];
        private int _pictures;

        public IReadOnlyList<(int Width, int Height)> Configurations
        {
            get
            {
                lock (_configurations) return [.. _configurations];
            }
        }

        /// <summary>Pictures since the last configuration.</summary>
        public int Pictures
        {
            get
            {
                lock (_configurations) return _pictures;
            }
        }

        public void Take(MediaItem item)
        {
            using (item)
                lock (_configurations)
                {
                    if (item is AvcConfig config)
                    {
                        _configurations.Add((config.Width, config.Height));
                        _pictures = 0;
                    }

                    if (item is MediaSample) _pictures++;
                }
        }
    }
}
