using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClusterCast.Media.Egress;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress.Sinks;

public sealed class FfmpegSinkTests : IDisposable
{
    private const string Passphrase = "a-passphrase-81c";
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData("flv")]
    [InlineData("mkv")]
    [InlineData("mp4")]
    [InlineData("ts")]
    public async Task A_recording_holds_every_frame_and_lasts_as_long(string ending)
    {
        await using var rig = new EgressRig();
        var file = _folder.File("show." + ending);
        var recording = rig.Add("file", "file:" + file);
        await FeedAsync(rig, 3, pace: "");
        await rig.Feed.RemoveAsync("file");
        await Ffmpeg.RunAsync("-xerror -i {0} -f null -", file);
        Assert.Contains("h264,320,180,90", await Ffmpeg.ProbeAsync("-count_frames -show_entries stream=codec_name,width,height,nb_read_frames -of csv=p=0 {0}", file));
        Assert.Equal(3, double.Parse(await Ffmpeg.ProbeAsync("-show_entries format=duration -of csv=p=0 {0}", file)), 0.1);
        Assert.Equal(90, recording.Status().SentFrames);
    }

    [Fact]
    public async Task An_ffmpeg_that_is_killed_is_replaced_and_no_file_is_overwritten()
    {
        await using var rig = new EgressRig();
        var file = _folder.File("show.mkv");
        var recording = rig.Add("file", file);
        var feeding = FeedAsync(rig, 8);
        await rig.HoldsAsync(() => recording.State == DestinationState.Live && File.Exists(file));
        Kill(file);
        await feeding;
        Assert.True(recording.Status() is { Losses: 1, State: DestinationState.Live }, rig.Told());
        await rig.Feed.RemoveAsync("file");
        await Ffmpeg.RunAsync("-xerror -i {0} -f null -", _folder.File("show-2.mkv"));
        Assert.Contains(rig.Incidents, incident => incident is { Kind: IncidentKind.Lost, Fault: MediaFault.FfmpegFailed });
    }

    [Fact]
    public async Task Srt_with_a_passphrase_arrives_and_the_passphrase_is_in_no_process_list()
    {
        var port = FreePort();
        await using var listener = FfmpegProcess.Start("/usr/bin/timeout", ["50", FfmpegTools.Ffmpeg,
            .. $"-hide_banner -loglevel error -nostdin -y -i srt://127.0.0.1:{port}?mode=listener&passphrase={Passphrase} -c copy -frames:v 60 -f mpegts {_folder.File("back.ts")}".Split(' ')]);
        await using var rig = new EgressRig();
        var srt = rig.Add("srt", $"srt://127.0.0.1:{port}?latency=50&streamid=publish/me&passphrase={Passphrase}");
        var feeding = FeedAsync(rig, 4);
        var ours = await FfmpegWithAsync($"srt://127.0.0.1:{port}?latency=50");
        Assert.DoesNotContain(Passphrase, ours);
        Assert.DoesNotContain("publish/me", ours);
        await feeding;
        await rig.Feed.RemoveAsync("srt");
        await listener.WaitAsync(_limit.Token);
        Assert.True(File.Exists(_folder.File("back.ts")), listener.Errors + rig.Told());
        Assert.True(new FileInfo(_folder.File("back.ts")).Length > 0, listener.Errors + rig.Told());
        Assert.Contains("h264,320,180", await Ffmpeg.ProbeAsync("-show_entries stream=codec_name,width,height -of csv=p=0 {0}", _folder.File("back.ts")));
        Assert.DoesNotContain(Passphrase, rig.Told() + srt.Options);
    }

    [Fact]
    public async Task Srt_where_nothing_listens_is_told_without_secrets()
    {
        await using var rig = new EgressRig();
        rig.Add("srt", $"srt://127.0.0.1:{FreePort()}?connect_timeout=300&passphrase={Passphrase}");
        rig.Source.Configure();
        await rig.PublishUntilAsync(() => rig.Incidents.Any(incident => incident.Fault == MediaFault.FfmpegFailed));
        Assert.DoesNotContain(Passphrase, rig.Told());
    }

    [Theory]
    [InlineData("show.avi", "must end with .flv, .mkv, .ts, .mp4")]
    [InlineData("/does/not/exist/show.mkv", "does not exist; create it first")]
    public void A_name_that_cannot_be_recorded_to_is_refused_at_once(string path, string why) =>
        Assert.Contains(why, Assert.Throws<MediaException>(() => DestinationUrl.Parse("file:" + path)).Message);

    private async Task FeedAsync(EgressRig rig, double seconds, string pace = "-re")
    {
        await using var server = Recording.Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/secret", seconds, pace: pace);
        var publication = await server.Publications.ReadAsync(_limit.Token);
        await foreach (var item in publication.Items.ReadAllAsync(_limit.Token))
            using (item)
            {
                rig.Feed.Publish(item);
                if (item is Media.Ingest.AvcConfig)
                    await rig.HoldsAsync(() => rig.Feed.Destinations.All(destination => destination.State == DestinationState.AwaitingIdr));
            }
        await rig.HoldsAsync(() => rig.Feed.Destinations.All(destination => destination.Status().QueueBytes == 0));
    }

    private static void Kill(string file)
    {
        foreach (var process in Process.GetProcessesByName("ffmpeg"))
            using (process)
                if (CommandLine(process.Id).Contains(file)) process.Kill();
    }

    private async Task<string> FfmpegWithAsync(string argument)
    {
        while (true)
        {
            foreach (var process in Process.GetProcessesByName("ffmpeg"))
                using (process)
                    if (CommandLine(process.Id) is var line && line.Contains(argument)) return line;
            await Task.Delay(10, _limit.Token);
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return ""; // it has ended meanwhile
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
