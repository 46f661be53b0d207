using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Stamps;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Ingest;

public sealed class ClipTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData("-f lavfi -i testsrc2=s=854x480:r=24:d=1.5 -f lavfi -i sine=d=1.5:r=44100 -ac 2")] // shorter than the run: it loops
    [InlineData("-f lavfi -i testsrc2=s=640x360:r=30:d=1.5")] // no sound
    [InlineData("-f lavfi -i testsrc2=s=640x360:r=30:d=1.5 -f lavfi -i sine=d=0.7 -ac 6")] // 5.1, and shorter than the picture
    [InlineData("-f lavfi -i testsrc2=s=641x359:r=50:d=1 -pix_fmt yuv444p")] // odd size
    [InlineData("-f lavfi -i testsrc2=s=360x640:r=25:d=1 -f lavfi -i sine=d=3")] // upright, sound longer than the picture
    public async Task Any_clip_comes_out_as_480p_with_stereo_sound_and_time_codes(string source)
    {
        var clip = _folder.File("clip.mkv");
        await Ffmpeg.RunAsync(source + " -c:v libx264 -preset ultrafast {0}", clip);
        var events = await PublishAsync(clip, parts: 25);

        var init = events.OfType<MediaInit>().Single();
        var tracks = CmafParser.ParseInit(init.Bytes.Span);
        Assert.Equal((854, 480), (init.Width, init.Height));
        Assert.Equal((2, 48_000), (tracks.Audio!.Channels, tracks.Audio.Timescale));
        var parts = events.OfType<MediaPart>().ToList();
        InSync(parts, tracks);
        await TimeCodesRise(init, parts);
    }

    [Fact]
    public async Task A_wrong_key_is_one_sentence_without_the_key()
    {
        await using var server = Recording.Server();
        var clip = _folder.File("clip.mkv");
        await Ffmpeg.RunAsync("-f lavfi -i testsrc2=s=640x360:r=30:d=1 {0}", clip);
        var publisher = new ClipPublisher(new ClipOptions { Path = clip, Url = $"rtmp://{server.EndPoint}/live/guesswork" });
        var failure = await Assert.ThrowsAsync<MediaException>(() => publisher.RunAsync(_limit.Token));
        Assert.Equal(MediaFault.FfmpegFailed, failure.Fault);
        Assert.Contains("The publish key is wrong", failure.Message);
        Assert.DoesNotContain("guesswork", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Clips_that_cannot_be_played_are_refused()
    {
        Assert.Contains("does not exist", (await Refused(_folder.File("none.mp4"))).Message);
        var text = _folder.File("text.mp4");
        await File.WriteAllTextAsync(text, "This is no video.");
        Assert.Contains("cannot be read", (await Refused(text)).Message);
        var sound = _folder.File("sound.m4a");
        await Ffmpeg.RunAsync("-f lavfi -i sine=d=1 {0}", sound);
        Assert.Contains("holds no video track", (await Refused(sound)).Message);
    }

    [Fact]
    public void Frame_sizes_that_cannot_carry_the_time_code_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ClipPublisher(new ClipOptions { Path = "", Url = "", Width = 426, Height = 240 }));

    private async Task<MediaException> Refused(string path)
    {
        var failure = await Assert.ThrowsAsync<MediaException>(() =>
            new ClipPublisher(new ClipOptions { Path = path, Url = "rtmp://127.0.0.1:1/live/secret" }).RunAsync(_limit.Token));
        Assert.Equal(MediaFault.BadClip, failure.Fault);
        return failure;
    }

    /// <summary>Publishes the clip until so many parts have come.</summary>
    private async Task<List<MediaEvent>> PublishAsync(string clip, int parts)
    {
        await using var server = Recording.Server();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        var run = new ClipPublisher(new ClipOptions { Path = clip, Url = $"rtmp://{server.EndPoint}/live/secret" }).RunAsync(stop.Token);
        var first = server.Publications.ReadAsync(_limit.Token).AsTask();
        if (await Task.WhenAny(first, run) == run) await run;
        var events = new List<MediaEvent>();
        using var segmenter = new PartSegmenter();
        await foreach (var ready in (await first).ReadPartsAsync(segmenter, _limit.Token))
        {
            events.Add(ready);
            if (events.OfType<MediaPart>().Count() == parts) break;
        }
        await stop.CancelAsync();
        await run;
        return events;
    }

    private static void InSync(List<MediaPart> parts, CmafInit tracks)
    {
        ulong? next = null;
        foreach (var part in parts)
            foreach (var sound in CmafParser.ParsePart(part.Bytes.Span, tracks).Where(chunk => !chunk.Track.IsVideo))
            {
                if (next is not null) Assert.Equal(next, sound.DecodeTime);
                next = sound.DecodeTime + sound.Duration;
            }
        var last = parts[^1].Start + parts[^1].Duration;
        Assert.InRange(next!.Value / 48_000.0 - last.TotalSeconds, -0.25, 0.25);
    }

    private async Task TimeCodesRise(MediaInit init, List<MediaPart> parts)
    {
        var file = _folder.File("out.mp4");
        await File.WriteAllBytesAsync(file, [.. init.Bytes.ToArray(), .. parts.SelectMany(part => part.Bytes.ToArray())]);
        await using var decoder = FfmpegProcess.Start(FfmpegTools.Ffmpeg,
            $"-hide_banner -loglevel error -nostdin -i {file} -map 0:v -vsync passthrough -f rawvideo -pix_fmt gray pipe:1".Split(' '));
        var luma = new byte[init.Width * init.Height];
        uint? before = null;
        foreach (var part in parts)
            for (var frame = 0; frame < Math.Round(part.Duration.TotalSeconds * 30); frame++)
            {
                await decoder.Output.ReadExactlyAsync(luma, _limit.Token);
                Assert.True(TimeCode.TryRead(luma, init.Width, out var stamp));
                // Stamped before it arrived here, and after the frame before it.
                if (frame == 0) Assert.InRange(TimeCode.Age(stamp, part.CaptureTimeMs), 0, 30_000);
                if (before is { } earlier) Assert.InRange(unchecked((int)(stamp - earlier)), 0, 30_000);
                before = stamp;
            }
    }
}
