using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class TranscoderTests
{
    private static readonly VideoShape Small = new(320, 180, 30, 400);
    private static readonly TranscodeSource Source = new(640, 360, 30, false);

    [Fact]
    public async Task Every_frame_comes_out_with_its_time_and_key_frames_where_the_source_has_them()
    {
        var clip = await EncodedClip.ItemsAsync(5);
        var result = await new Rig(Small, Source).RunAsync(clip);

        Assert.Equal(clip.Pictures().Select(p => p.DtsMs), result.Items.Pictures().Select(p => p.DtsMs));
        Assert.Equal(clip.Pictures().Where(p => p.IsIdr).Select(p => p.DtsMs), result.Items.Pictures().Where(p => p.IsIdr).Select(p => p.DtsMs));
        var config = Assert.Single(result.Items.OfType<AvcConfig>());
        Assert.Equal((320, 180), (config.Width, config.Height));
        Assert.Empty(result.Incidents);
        Assert.InRange(result.Items.Pictures().Sum(p => p.Data.Length) * 8 / 5 / 1000, 100, 480);
    }

    [Fact]
    public async Task Sound_is_untouched_and_stands_between_its_pictures()
    {
        var clip = await EncodedClip.ItemsAsync(3);
        var result = await new Rig(Small, Source).RunAsync(clip);

        Assert.Equal(clip.OfType<AacConfig>(), result.Items.OfType<AacConfig>());
        var sound = result.Items.Sounds().ToList();
        var last = result.Items.Pictures().Last().DtsMs;
        Assert.Equal(clip.Sounds().Where(s => s.DtsMs <= last).Select(s => (s.DtsMs, Convert.ToHexString(s.Data.Span))), sound.Select(s => (s.DtsMs, Convert.ToHexString(s.Data.Span))));
        var times = result.Items.OfType<MediaSample>().Select(sample => sample.DtsMs).ToList();
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task Times_of_a_source_that_runs_for_weeks_are_kept()
    {
        var clip = (await EncodedClip.ItemsAsync(2.5, audio: "-an")).Select(item => Shift(item, 0xFFFF_FC00)).ToList();
        var result = await new Rig(Small, Source).RunAsync(clip);
        Assert.Equal(clip.Pictures().Select(p => p.DtsMs), result.Items.Pictures().Select(p => p.DtsMs));
        Assert.Contains(result.Items.Pictures(), picture => picture.DtsMs < 2000); // it went past 2^32
    }

    [Fact]
    public async Task Half_the_frames_of_a_source_at_sixty_come_out_at_thirty()
    {
        var clip = await EncodedClip.ItemsAsync(4, EncodedClip.X264.Replace("60", "120", StringComparison.Ordinal), rate: "60", audio: "-an");
        var result = await new Rig(Small, Source with { FrameRate = 60 }).RunAsync(clip);
        Assert.InRange(result.Items.Pictures().Count(), 119, 121);
        Assert.Equal([0u, 2000u], result.Items.Pictures().Where(p => p.IsIdr).Select(p => p.DtsMs));
    }

    [Theory]
    [InlineData("30000/1001", 29.97)]
    [InlineData("60000/1001", 59.94)]
    [InlineData("25", 25)]
    public async Task Broadcast_rates_keep_their_times(string rate, double frames)
    {
        var clip = await EncodedClip.ItemsAsync(2, rate: rate, audio: "-an");
        var result = await new Rig(Small with { FrameRate = frames }, Source with { FrameRate = frames }).RunAsync(clip);
        Assert.Equal(clip.Pictures().Select(p => p.DtsMs), result.Items.Pictures().Select(p => p.DtsMs));
    }

    [Fact]
    public async Task A_source_with_B_frames_comes_out_whole_in_the_order_of_the_screen()
    {
        var clip = await EncodedClip.ItemsAsync(3, "-c:v libx264 -preset veryfast -g 60 -bf 2 -b_strategy 0", audio: "-an");
        Assert.Contains(clip.Pictures(), picture => picture.CompositionMs > 0);
        var result = await new Rig(Small, Source with { IsReordered = true }).RunAsync(clip);
        Assert.Equal(clip.Pictures().Select(p => p.DtsMs + (uint)p.CompositionMs).Order(), result.Items.Pictures().Select(p => p.DtsMs));
        Assert.All(result.Items.Pictures(), picture => Assert.Equal(0, picture.CompositionMs));
    }

    [Fact]
    public async Task A_variable_rate_keeps_its_gaps()
    {
        var clip = await EncodedClip.ItemsAsync(4, audio: "-an");
        var pictures = clip.Pictures().ToList();
        // Frames that nothing refers to cannot be cut out of a coded stream: the gap is made by moving what follows.
        var gapped = clip.Select(item => item is MediaSample { DtsMs: >= 2000 } ? Shift(item, 700) : item).ToList();
        var result = await new Rig(Small, Source).RunAsync(gapped);
        Assert.Equal(pictures.Count, result.Items.Pictures().Count());
        Assert.Equal(gapped.Pictures().Select(p => p.DtsMs), result.Items.Pictures().Select(p => p.DtsMs));
    }

    [Fact]
    public async Task FFmpeg_that_was_killed_is_started_again_and_goes_on_at_the_next_IDR_frame()
    {
        var clip = await EncodedClip.ItemsAsync(6, audio: "-an");
        var rig = new Rig(Small, Source);
        var result = await rig.RunAsync(clip, async picture =>
        {
            if (picture.DtsMs != 1000) return;
            await rig.UntilAsync(() => rig.Count > 20);
            System.Diagnostics.Process.GetProcessById(rig.Transcoder.ProcessId!.Value).Kill();
            await rig.UntilAsync(() => rig.IncidentCount == 1);
            await rig.UntilAsync(() => rig.Transcoder.Statistics.Waiting == 0);
        });
        var incident = Assert.Single(result.Incidents);
        Assert.Equal(TranscoderIncidentKind.Ended, incident.Kind);
        Assert.Contains("next IDR frame", incident.Message);
        var times = result.Items.Pictures().Select(p => p.DtsMs).ToList();
        Assert.Equal(times.Order().Distinct(), times);
        var resumed = result.Items.Pictures().First(p => p.DtsMs > 1000);
        Assert.True(resumed.IsIdr);
        Assert.Equal(clip.Pictures().Select(p => p.DtsMs).Where(t => t >= 4000), times.Where(t => t >= 4000));
    }

    [Fact]
    public async Task Broken_pictures_are_passed_over_and_the_rest_comes_out()
    {
        var clip = await EncodedClip.ItemsAsync(5, audio: "-an");
        foreach (var broken in clip.Pictures().Where(p => p.DtsMs is > 600 and < 900))
        {
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(broken.Data).Span;
            for (var i = 12; i < bytes.Length; i += 5) bytes[i] ^= 0x5A;
        }
        var result = await new Rig(Small, Source).RunAsync(clip);
        var times = result.Items.Pictures().Select(p => p.DtsMs).ToList();
        Assert.Equal(times.Order().Distinct(), times);
        Assert.Equal(clip.Pictures().Select(p => p.DtsMs).Where(t => t is < 600 or >= 2000), times.Where(t => t is < 600 or >= 2000));
    }

    [Fact]
    public async Task A_program_that_is_no_FFmpeg_is_one_incident_after_the_other_and_ends_when_asked()
    {
        var clip = await EncodedClip.ItemsAsync(1, audio: "-an");
        var rig = new Rig(Small, Source, "/bin/false");
        foreach (var item in clip) rig.Transcoder.Add(item);
        await rig.UntilAsync(() => rig.IncidentCount >= 1);
        await rig.Transcoder.DisposeAsync();
        Assert.Equal(0, rig.Count);
    }

    [Theory]
    [InlineData("exec sleep 600")] // reads nothing: the pipe fills up
    [InlineData("cat > /dev/null")] // reads, and gives nothing
    public async Task FFmpeg_that_hangs_is_ended_and_started_again(string script)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("ffmpeg"), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(folder.File("ffmpeg"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var clip = await EncodedClip.ItemsAsync(3, EncodedClip.X264 + " -b:v 4M -minrate 4M -maxrate 4M -bufsize 1M -nal-hrd cbr", audio: "-an");
        var rig = new Rig(Small, Source, folder.File("ffmpeg"), TimeSpan.FromSeconds(0.5));
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        for (var ms = 0u; rig.IncidentCount == 0; ms += 3000)
            foreach (var item in clip)
            {
                using var shifted = Shift(item, ms);
                rig.Transcoder.Add(shifted);
                await Task.Delay(5, limit.Token);
            }
        Assert.Equal(TranscoderIncidentKind.Stalled, rig.FirstIncident);
        await rig.Transcoder.DisposeAsync();
    }

    private static MediaItem Shift(MediaItem item, uint by) => item is MediaSample s
        ? new MediaSample(s.Kind, PooledBytes.Copy(s.Data.Span), 0, unchecked(s.DtsMs + by), s.CompositionMs, s.IsIdr, s.ArrivalMs)
        : item;

    /// <summary>A transcoder, and what came out of it.</summary>
    private sealed class Rig
    {
        private readonly List<MediaItem> _items = [];
        private readonly List<TranscoderIncident> _incidents = [];

        public Rig(VideoShape shape, TranscodeSource source, string? program = null, TimeSpan? stall = null) => Transcoder = new Transcoder(new TranscoderOptions
        {
            Encoder = new EncoderChoice(VideoEncoder.X264),
            Shape = shape,
            Source = source,
            Program = program,
            SoundPatience = Ffmpeg.Limit,
            StallTimeout = stall ?? Ffmpeg.Limit,
            Output = item => { lock (_items) _items.Add(item); },
            Incident = incident => { lock (_items) _incidents.Add(incident); },
        });

        public Transcoder Transcoder { get; }

        public int Count { get { lock (_items) return _items.Pictures().Count(); } }

        public TranscoderIncidentKind FirstIncident { get { lock (_items) return _incidents[0].Kind; } }

        public int IncidentCount { get { lock (_items) return _incidents.Count; } }

        /// <summary>Gives it the clip as fast as it takes it.</summary>
        public async Task<(List<MediaItem> Items, List<TranscoderIncident> Incidents)> RunAsync(List<MediaItem> clip, Func<MediaSample, Task>? before = null)
        {
            foreach (var item in clip)
            {
                if (item is MediaSample { Kind: MediaKind.Video } picture)
                {
                    if (before is not null) await before(picture);
                    await UntilAsync(() => Transcoder.Statistics.Waiting < Transcoder.QueueFrames / 2);
                }
                Transcoder.Add(item);
            }
            await UntilAsync(() => Transcoder.Statistics.Waiting == 0);
            await Transcoder.DisposeAsync();
            lock (_items) return (_items, _incidents);
        }

        public async Task UntilAsync(Func<bool> done)
        {
            using var limit = new CancellationTokenSource(Ffmpeg.Limit);
            while (!done()) await Task.Delay(5, limit.Token);
        }
    }
}
