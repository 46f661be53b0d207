using ClusterCast.Media.Egress;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress;

public sealed class OutputFeedTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task Two_destinations_get_every_frame_from_the_first_IDR_with_times_from_zero()
    {
        await using var server = Recording.Server(key => key is "one" or "two");
        await using var rig = new EgressRig();
        var one = rig.Add("one", $"rtmp://{server.EndPoint}/live/one");
        var two = rig.Add("two", $"rtmp://{server.EndPoint}/live/two");
        Assert.Equal(DestinationState.Idle, one.State);
        rig.Source.Configure();
        var collectors = new Dictionary<string, Collector>();
        while (collectors.Count < 2)
        {
            var publication = await server.Publications.ReadAsync(_limit.Token);
            collectors[publication.PublishKey] = new Collector(publication);
        }
        await rig.HoldsAsync(() => one.State == DestinationState.AwaitingIdr && two.State == DestinationState.AwaitingIdr);
        rig.Source.Publish(Source.Gop * 4);
        foreach (var collector in collectors.Values)
        {
            await rig.HoldsAsync(() => collector.Pictures.Length == Source.Gop * 4);
            Assert.Equal(Enumerable.Range(0, Source.Gop * 4), collector.Pictures);
            Assert.Equal(0u, collector.Times[0]);
            Assert.Equal((uint)(Source.Gop * 4 - 1) * 33, collector.Times[^2]);
            Assert.Equal(Samples.AvcRecord, Assert.Single(collector.Configs.OfType<AvcConfig>()).Record.ToArray());
            Assert.Single(collector.Configs.OfType<AacConfig>());
            Assert.Equal("ClusterCast", collector.Configs.OfType<StreamMetadata>().First().Encoder);
        }
        var status = one.Status();
        Assert.Equal((DestinationState.Live, Source.Gop * 4L, 0L, 1L), (status.State, status.SentFrames, status.DroppedFrames, status.Attempts));
        Assert.True(status.SentBytes > 120 * 200);
    }

    [Fact]
    public async Task A_destination_added_in_mid_stream_begins_with_an_IDR_frame()
    {
        await using var server = Recording.Server(key => true);
        await using var rig = new EgressRig();
        rig.Source.Configure();
        rig.Source.Publish(17);
        var late = rig.Add("late", $"rtmp://{server.EndPoint}/live/late");
        var collector = new Collector(await server.Publications.ReadAsync(_limit.Token));
        await rig.HoldsAsync(() => late.State == DestinationState.AwaitingIdr);
        rig.Source.Publish(50);
        await rig.HoldsAsync(() => collector.Pictures.Length == 37);
        Assert.Equal(Enumerable.Range(30, 37), collector.Pictures);
        Assert.Equal(0u, collector.Times[0]);
        Assert.Equal(13, late.Status().MissedFrames);
    }

    [Fact]
    public async Task A_change_of_configuration_is_announced_before_its_first_picture()
    {
        await using var server = Recording.Server(key => true);
        await using var rig = new EgressRig();
        rig.Source.Configure();
        var only = rig.Add("only", $"rtmp://{server.EndPoint}/live/only");
        var collector = new Collector(await server.Publications.ReadAsync(_limit.Token));
        await rig.HoldsAsync(() => only.State == DestinationState.AwaitingIdr);
        rig.Source.Publish(40);
        rig.Source.Configure(Samples.AvcCropped);
        rig.Source.Publish(30); // 40 to 59 are of no use to a decoder that has the new configuration
        await rig.HoldsAsync(() => collector.Pictures.Length == 50);
        Assert.Equal([.. Enumerable.Range(0, 40), .. Enumerable.Range(60, 10)], collector.Pictures);
        Assert.Equal([320, 640], collector.Configs.OfType<AvcConfig>().Select(config => config.Width));
        Assert.Equal(DestinationState.Live, only.State);
    }

    [Fact]
    public async Task A_removed_destination_says_good_bye_and_the_others_go_on()
    {
        await using var server = Recording.Server(key => true);
        await using var rig = new EgressRig();
        rig.Source.Configure();
        rig.Add("gone", $"rtmp://{server.EndPoint}/live/gone");
        var gone = await server.Publications.ReadAsync(_limit.Token);
        var goneCollector = new Collector(gone);
        rig.Add("stays", $"rtmp://{server.EndPoint}/live/stays");
        var stays = new Collector(await server.Publications.ReadAsync(_limit.Token));
        await rig.HoldsAsync(() => rig.Feed.Destinations.All(destination => destination.State == DestinationState.AwaitingIdr));
        rig.Source.Publish(45);
        await rig.Feed.RemoveAsync("gone");
        Assert.Null(await gone.Ended.WaitAsync(_limit.Token)); // it stopped, it did not break off
        await goneCollector.Done;
        Assert.Equal(45, goneCollector.Pictures.Length); // what waited was sent
        rig.Source.Publish(45);
        await rig.HoldsAsync(() => stays.Pictures.Length == 90);
        Assert.Equal("stays", Assert.Single(rig.Feed.Destinations).Name);
        Assert.Contains(rig.Incidents, incident => incident is { Destination: "gone", Kind: IncidentKind.Removed });
    }

    [Fact]
    public async Task A_restart_connects_anew_at_once()
    {
        await using var server = Recording.Server(key => true);
        await using var rig = new EgressRig();
        rig.Source.Configure();
        var only = rig.Add("only", $"rtmp://{server.EndPoint}/live/only", options => options with { Backoff = new BackoffOptions() });
        var first = new Collector(await server.Publications.ReadAsync(_limit.Token));
        await rig.PublishUntilAsync(() => only.State == DestinationState.Live);
        rig.Feed.Restart("only");
        await first.Done.WaitAsync(_limit.Token);
        var second = new Collector(await server.Publications.ReadAsync(_limit.Token));
        await rig.PublishUntilAsync(() => second.Pictures.Length > 5);
        Assert.Equal(0, second.Pictures[0] % Source.Gop);
        Assert.Equal(0, only.Status().Losses);
    }

    [Fact]
    public async Task Names_are_unique_formats_are_checked_and_unknown_names_are_told()
    {
        await using var rig = new EgressRig(new OutputFeedOptions { Format = new OutputFormat { Width = 1920, Height = 1080, FrameRate = 30, VideoKbps = 7000, KeyframeSeconds = 2 } });
        rig.Add("a", "rtmp://127.0.0.1:1/live/k");
        Assert.Equal(MediaFault.BadDestination, Assert.Throws<MediaException>(() => rig.Add("a", "rtmp://127.0.0.1:1/live/k")).Fault);
        var refused = Assert.Throws<MediaException>(() => rig.Add("b", "rtmp://127.0.0.1:1/live/k", options => options with { Platform = Platforms.Twitch }));
        Assert.Equal(MediaFault.PlatformLimit, refused.Fault);
        Assert.Equal("twitch takes at most 6000 kbit/s of video at 1080p60, not 7000; lower the video bitrate.", refused.Message);
        Assert.Equal(MediaFault.BadDestination, Assert.Throws<MediaException>(() => rig.Feed.Restart("c")).Fault);
        Assert.Equal(MediaFault.BadDestination, (await Assert.ThrowsAsync<MediaException>(() => rig.Feed.RemoveAsync("c"))).Fault);
    }

    [Fact]
    public async Task A_listener_that_throws_hurts_nobody()
    {
        await using var server = Recording.Server(key => true);
        await using var feed = new OutputFeed(new OutputFeedOptions { Incident = _ => throw new InvalidOperationException("listener") });
        var source = new Source(feed);
        source.Configure();
        var only = feed.Add(new DestinationOptions { Name = "only", Url = DestinationUrl.Parse($"rtmp://{server.EndPoint}/live/only") });
        var collector = new Collector(await server.Publications.ReadAsync(_limit.Token));
        await Eventually.HoldsAsync(() => only.State == DestinationState.AwaitingIdr);
        source.Publish(60);
        await Eventually.HoldsAsync(() => collector.Pictures.Length == 60);
    }

    /// <summary>What goes over the wire to a server that takes HEVC: its code in connect, and bodies of enhanced RTMP.</summary>
    [Fact]
    public async Task Hevc_goes_out_by_enhanced_RTMP_and_not_to_recordings()
    {
        using var server = new RawServer();
        await using var rig = new EgressRig(new OutputFeedOptions
        {
            Format = new OutputFormat { Width = 1920, Height = 1080, FrameRate = 30, VideoKbps = 6000, KeyframeSeconds = 2, Codec = VideoCodec.Hevc },
        });
        Assert.Equal(MediaFault.BadDestination, Assert.Throws<MediaException>(() => rig.Add("file", "file:/tmp/show.mkv")).Fault);
        var hevc = rig.Add("hevc", server.Url + "key");
        byte[] record = [1, 1, 0x60, .. new byte[20]];
        rig.Feed.Publish(EnhancedConfig.Parse(VideoCodec.Hevc, record));
        var greeting = new List<byte>();
        using var socket = await server.AcceptPublisherAsync(_limit.Token, greeting);
        await rig.HoldsAsync(() => hevc.State == DestinationState.AwaitingIdr);
        rig.Source.Publish(3);
        var wire = "";
        var buffer = new byte[8192];
        while (!wire.Contains("9368766331") || !wire.Contains("A368766331")) wire += Convert.ToHexString(buffer, 0, await socket.ReceiveAsync(buffer, _limit.Token));
        Assert.Contains("9068766331" + Convert.ToHexString(record), wire);
        Assert.Contains("fourCcList\n\0\0\0\u0001\u0002\0\u0004hvc1", System.Text.Encoding.Latin1.GetString([.. greeting]));
    }
}
