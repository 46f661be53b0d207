using ClusterCast.Media.Egress;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress;

/// <summary>What FFmpeg publishes goes through a feed to a real nginx-rtmp, and is read back by a real FFmpeg.</summary>
public sealed class NginxTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task What_ffmpeg_publishes_is_read_back_whole()
    {
        await using var nginx = await Nginx.StartAsync();
        await using var rig = new EgressRig();
        using var folder = new TempFolder();
        var file = folder.File("back.flv");
        var destination = rig.Add("nginx", nginx.Url + "key");
        await using var reader = Read(nginx.Url + "key", file, 150);
        await nginx.HasClientsAsync(1);
        await FeedAsync(rig, 5);
        await reader.WaitAsync(_limit.Token);
        await Ffmpeg.RunAsync("-xerror -i {0} -f null -", file);
        var frames = await Ffmpeg.ProbeAsync("-count_frames -show_entries stream=codec_name,width,height,nb_read_frames -of csv=p=0 {0}", file);
        Assert.Contains("h264,320,180,150", frames);
        Assert.Contains("aac", frames);
        var status = destination.Status();
        Assert.Equal((150L, 0L), (status.SentFrames, status.DroppedFrames));
        Assert.Equal(0, (await Ffmpeg.ProbeAsync("-show_entries packet=pts_time -select_streams v -of csv=p=0 {0}", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line.Trim(','))).Min(), 0.1);
    }

    [Fact]
    public async Task One_nginx_killed_and_started_again_is_resumed_at_an_IDR_frame_and_the_other_loses_no_frame()
    {
        await using var stays = await Nginx.StartAsync();
        await using var dies = await Nginx.StartAsync();
        await using var rig = new EgressRig();
        using var folder = new TempFolder();
        rig.Add("stays", stays.Url + "key");
        var cut = rig.Add("dies", dies.Url + "key");
        await using var reader = Read(stays.Url + "key", folder.File("stays.flv"), 240);
        await stays.HasClientsAsync(1);
        var feeding = FeedAsync(rig, 8);
        await rig.HoldsAsync(() => cut.State == DestinationState.Live);
        await dies.KillAsync();
        await rig.HoldsAsync(() => cut.Status().Losses == 1);
        await dies.StartAgainAsync();
        await using var again = Read(dies.Url + "key", folder.File("again.flv"), 30);
        await feeding;
        await rig.HoldsAsync(() => rig.Incidents.Any(incident => incident is { Destination: "dies", Kind: IncidentKind.Resumed }));
        await reader.WaitAsync(_limit.Token);
        await again.WaitAsync(_limit.Token);
        Assert.Contains("h264,240", await Ffmpeg.ProbeAsync("-count_frames -show_entries stream=codec_name,nb_read_frames -of csv=p=0 {0}", folder.File("stays.flv")));
        await Ffmpeg.RunAsync("-xerror -i {0} -f null -", folder.File("again.flv")); // decodes from its first frame on
        Assert.StartsWith("1", await Ffmpeg.ProbeAsync("-select_streams v -read_intervals %+#1 -show_entries frame=key_frame -of csv=p=0 {0}", folder.File("again.flv")));
    }

    [Fact]
    public async Task A_name_in_use_is_told_apart()
    {
        await using var nginx = await Nginx.StartAsync();
        await using var other = Ffmpeg.Publish(nginx.Url + "key", 30, pace: "-re");
        await nginx.HasClientsAsync(1);
        await using var rig = new EgressRig();
        rig.Source.Configure();
        rig.Add("second", nginx.Url + "key");
        await rig.HoldsAsync(() => rig.Incidents.Any(incident => incident is { Kind: IncidentKind.Refused, Fault: MediaFault.NameInUse }));
    }

    [Theory]
    [InlineData("on_publish http://127.0.0.1:9/refused;", MediaFault.KeyRefused)] // it closes instead of an answer
    [InlineData("deny publish all;", MediaFault.PublishRefused)] // it lets in, and then closes
    public async Task A_publisher_that_nginx_turns_away_is_told_so(string rule, MediaFault fault)
    {
        await using var nginx = await Nginx.StartAsync(rule);
        await using var rig = new EgressRig();
        rig.Source.Configure();
        rig.Add("denied", nginx.Url + "some-key-93");
        await rig.HoldsAsync(() => rig.Incidents.Any(incident => incident.Kind == IncidentKind.Refused && incident.Fault == fault));
        Assert.DoesNotContain("some-key-93", rig.Told());
    }

    /// <summary>Publishes so many seconds of FFmpeg's test picture, in real time, through our own server into the feed.</summary>
    private async Task FeedAsync(EgressRig rig, double seconds)
    {
        await using var server = Recording.Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/secret", seconds, pace: "-re");
        var publication = await server.Publications.ReadAsync(_limit.Token);
        var pictures = false;
        await foreach (var item in publication.Items.ReadAllAsync(_limit.Token))
            using (item)
            {
                rig.Feed.Publish(item);
                if (pictures || item is not Media.Ingest.AvcConfig) continue;
                // The first IDR frame waits for the connections, so that its count is the file's.
                await rig.HoldsAsync(() => rig.Feed.Destinations.All(destination => destination.State == DestinationState.AwaitingIdr));
                pictures = true;
            }
        await rig.HoldsAsync(() => rig.Feed.Destinations.All(destination => destination.Status().QueueBytes == 0));
    }

    /// <summary>Reads so many pictures of a stream into a file.</summary>
    private static FfmpegProcess Read(string url, string file, int pictures) => FfmpegProcess.Start("/usr/bin/timeout",
        ["50", FfmpegTools.Ffmpeg, .. $"-hide_banner -loglevel error -nostdin -y -i {url} -frames:v {pictures} -c copy -f flv {file}".Split(' ')]);
}
