using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Segmenting;

public sealed class SegmenterTests
{
    private readonly PartSegmenter _segmenter = new();
    private readonly List<MediaEvent> _events = [];

    private List<MediaPart> Parts => _events.OfType<MediaPart>().ToList();

    [Fact]
    public void A_part_is_given_as_soon_as_its_third_frame_is_in()
    {
        Begin();
        Frames(0, 2);
        Assert.Empty(Parts);
        Frames(2, 1);
        var part = Assert.Single(Parts);
        Assert.True(part.StartsSegment && part.BeginsWithIdr);
        Assert.Equal((0, 100), (part.Start.TotalMilliseconds, part.Duration.TotalMilliseconds));
        Assert.Equal(1000, part.CaptureTimeMs);
    }

    [Theory]
    [InlineData(24, 2)]
    [InlineData(25, 2)]
    [InlineData(30, 3)]
    [InlineData(50, 5)]
    [InlineData(60, 6)]
    public void Parts_last_at_most_100_ms(int rate, int framesInAPart)
    {
        Begin(rate: rate);
        Frames(0, rate * 6, rate: rate);
        Assert.All(Parts, part => Assert.InRange(Video(part).Samples.Count, 1, framesInAPart));
        Assert.All(Parts, part => Assert.True(part.Duration <= TimeSpan.FromMilliseconds(100.1)));
        Assert.Equal(framesInAPart, Parts.Max(part => Video(part).Samples.Count));
        Assert.Equal(3, Parts.Count(part => part.StartsSegment));
        Continuous();
    }

    [Fact]
    public void Without_an_announced_rate_it_is_measured()
    {
        Begin(rate: null);
        Frames(0, 300);
        Assert.All(Parts.Skip(5), part => Assert.Equal(3, Video(part).Samples.Count));
        Continuous();
    }

    [Theory]
    [InlineData(30, 2)] // IDR every second: a segment holds two
    [InlineData(60, 2)]
    [InlineData(45, 3)] // 1.5 s: the second IDR is the first after 2 s
    [InlineData(90, 3)]
    [InlineData(120, 4)]
    public void A_segment_ends_at_the_first_IDR_after_2_s(int idrEvery, int seconds)
    {
        Begin();
        Frames(0, 24 * 30, idrEvery);
        Assert.All(Starts().Zip(Starts().Skip(1)), pair => Assert.Equal(seconds, pair.Second - pair.First, 0.001));
    }

    [Fact]
    public void An_IDR_always_begins_a_part()
    {
        Begin();
        Frames(0, 100, idrEvery: 10);
        Assert.All(Parts, part => Assert.All(Video(part).Samples.Skip(1), sample => Assert.False(sample.IsSync)));
        Assert.Equal(10, Parts.Count(part => part.BeginsWithIdr));
    }

    [Fact]
    public void A_source_without_IDR_for_4_s_is_refused_with_the_remedy()
    {
        Begin();
        var failure = Assert.Throws<MediaException>(() => Frames(0, 200, idrEvery: 1000));
        Assert.Equal(MediaFault.KeyframeInterval, failure.Fault);
        Assert.Contains("Keyframe Interval to 2 s", failure.Message);
    }

    [Fact]
    public void A_source_that_never_sends_an_IDR_is_refused()
    {
        Begin();
        Assert.Equal(MediaFault.KeyframeInterval, Assert.Throws<MediaException>(() =>
        {
            for (var n = 0; n < 200; n++) Add(Samples.Video(n * 33, false));
        }).Fault);
    }

    [Fact]
    public void Sound_goes_into_the_open_part_and_delays_nothing()
    {
        Begin(sound: true);
        Add(Samples.Video(0, true));
        Add(Samples.Audio(0));
        Add(Samples.Audio(21));
        Frames(1, 2);
        Add(Samples.Audio(43));
        Frames(3, 3);
        Assert.Equal([2, 1], Parts.Select(part => Sound(part)!.Samples.Count));
        Assert.Equal(2048UL, Sound(Parts[1])!.DecodeTime);
    }

    [Fact]
    public void Sound_is_continuous_to_the_sample_over_10_minutes_of_rounded_times()
    {
        Begin(sound: true);
        ulong next = 0;
        var sent = 0;
        for (var n = 0; n < 18_000; n++)
        {
            Frames(n, 1);
            for (; sent * 1024 / 48.0 < n * 1000 / 30.0; sent++) Add(Samples.Audio((long)(sent * 1024 / 48.0)));
            foreach (var part in Parts)
                if (Sound(part) is { } sound)
                {
                    Assert.Equal(next, sound.DecodeTime);
                    next += sound.Duration;
                }
            _events.Clear();
            if (n == 0) Keep();
        }
        Assert.True(next > 48_000 * 599);
    }

    [Fact]
    public void A_gap_in_the_sound_stays_a_gap()
    {
        Begin(sound: true);
        Add(Samples.Video(0, true));
        Add(Samples.Audio(0));
        Add(Samples.Audio(500));
        Frames(1, 2);
        var chunks = CmafParser.ParsePart(Parts.Single().Bytes.Span, ParsedInit());
        Assert.Equal([0UL, 24_000UL], chunks.Where(chunk => !chunk.Track.IsVideo).Select(chunk => chunk.DecodeTime));
    }

    [Fact]
    public void B_frames_keep_their_presentation_order()
    {
        Begin();
        int[] composition = [66, 133, 66, 0, 33];
        for (var n = 0; n < 5; n++) Add(Samples.Video(n * 1000 / 30, n == 0, composition: composition[n]));
        _segmenter.Discontinue(_events);
        Assert.Equal(composition.Select(ms => ms * 90), Parts.SelectMany(part => Video(part).Samples).Select(sample => sample.CompositionOffset));
    }

    [Theory]
    [InlineData(5_000_000)] // a jump ahead
    [InlineData(-5_000_000)] // a jump back
    [InlineData(-2_000)] // a small step back
    [InlineData(2_000)] // and ahead
    public void Jumps_of_the_clock_are_closed_up(long jump)
    {
        Begin(sound: true, at: 10_000_000);
        Frames(0, 60, at: 10_000_000);
        for (var n = 60; n < 180; n++)
        {
            Frames(n, 1, at: 10_000_000 + jump);
            Add(Samples.Audio(10_000_000 + jump + n * 1000 / 30));
        }
        var times = Parts.Select(part => part.Start).ToList();
        Assert.Equal(times.Order(), times);
        Assert.InRange(Parts[^1].Start.TotalSeconds, 3.8, 6.0);
        Assert.InRange(Parts.Zip(Parts.Skip(1)).Max(pair => (pair.Second.Start - pair.First.Start).TotalSeconds), 0, 0.2);
    }

    [Fact]
    public void Dropped_pictures_leave_a_gap_and_sound_stays_in_step()
    {
        Begin(sound: true);
        for (var n = 0; n < 240; n++)
        {
            if (n is < 30 or >= 120) Add(Samples.Video(n * 1000 / 30, n % 120 == 0, arrival: n)); // 3 s without a picture
            Add(Samples.Audio(n * 1000 / 30));
        }
        Assert.Equal(2, Parts.Count(part => part.StartsSegment));
        var after = Parts.First(part => part.CaptureTimeMs == 120);
        Assert.Equal(4000, after.Start.TotalMilliseconds, 0.001);
        Assert.Equal(7900, Parts[^1].Start.TotalMilliseconds, 0.001);
    }

    [Fact]
    public void Timestamps_may_wrap()
    {
        Begin(at: uint.MaxValue - 1000);
        Frames(0, 120, at: uint.MaxValue - 1000);
        Continuous();
        Assert.Equal(3.9, Parts[^1].Start.TotalSeconds, 0.001);
    }

    [Fact]
    public void Another_configuration_gives_another_init_segment_at_the_next_IDR()
    {
        Begin();
        Frames(0, 30);
        Add(AvcConfig.Parse(Samples.AvcCropped));
        Add(Samples.Video(1000, false)); // belongs to neither
        Frames(31, 60, idrEvery: 31);
        var inits = _events.OfType<MediaInit>().ToList();
        Assert.Equal([320, 640], inits.Select(init => init.Width));
        Assert.True(((MediaPart)_events[_events.IndexOf(inits[1]) + 1]).StartsSegment);
    }

    [Fact]
    public void Sound_that_is_announced_is_waited_for()
    {
        Add(new StreamMetadata { HasAudio = true, FrameRate = 30 });
        Add(AvcConfig.Parse(Samples.AvcRecord));
        Frames(0, 30);
        Assert.Empty(_events);
        Add(AacConfig.Parse(Samples.AacStereo48));
        Frames(30, 1);
        Assert.EndsWith("mp4a.40.2", _events.OfType<MediaInit>().Single().Codecs);
        Assert.Equal(0, Parts[0].Start.TotalMilliseconds);
    }

    [Fact]
    public void Sound_that_never_comes_is_not_waited_for_longer_than_2_s()
    {
        Add(new StreamMetadata { HasAudio = true, FrameRate = 30 });
        Add(AvcConfig.Parse(Samples.AvcRecord));
        Frames(0, 61);
        Assert.Equal("avc1.42c00d", _events.OfType<MediaInit>().Single().Codecs);
        Continuous();
    }

    [Fact]
    public void Sound_without_a_picture_is_refused()
    {
        Begin(sound: true);
        Assert.Equal(MediaFault.NoVideo, Assert.Throws<MediaException>(() =>
        {
            for (var n = 0; n < 1000; n++) Add(Samples.Audio(n * 21));
        }).Fault);
    }

    [Fact]
    public void The_next_publication_goes_on_where_the_last_one_ended()
    {
        Begin(sound: true);
        Frames(0, 61);
        _segmenter.Discontinue(_events);
        Begin(sound: true);
        Frames(0, 60, at: 77_000);
        Assert.Single(_events.OfType<MediaInit>());
        Continuous();
        Assert.Equal(2 + 1, Parts.Count(part => part.StartsSegment));
    }

    [Fact]
    public void A_frame_that_fits_no_part_is_refused()
    {
        Begin();
        var failure = Assert.Throws<MediaException>(() => Add(Samples.Video(0, true, size: 4 << 20)));
        Assert.Equal(MediaFault.LimitExceeded, failure.Fault);
        Assert.Contains("bitrate", failure.Message);
    }

    [Fact]
    public void Large_frames_make_smaller_parts_and_too_large_segments_are_refused()
    {
        Begin();
        var failure = Assert.Throws<MediaException>(() =>
        {
            for (var n = 0; n < 30; n++) Add(Samples.Video(n * 1000 / 30, n == 0, size: 3 << 20));
        });
        Assert.Equal(MediaFault.LimitExceeded, failure.Fault);
        Assert.Equal(10, Parts.Count);
        Assert.All(Parts, part => Assert.Single(Video(part).Samples));
    }

    private byte[]? _init;

    private void Keep() => _init = _events.OfType<MediaInit>().FirstOrDefault()?.Bytes.ToArray() ?? _init;

    private CmafInit ParsedInit()
    {
        Keep();
        return CmafParser.ParseInit(_init ?? CmafInitWriter.Write(AvcConfig.Parse(Samples.AvcRecord), AacConfig.Parse(Samples.AacStereo48)));
    }

    private void Begin(bool sound = false, double? rate = 30, long at = 0)
    {
        Add(new StreamMetadata { HasAudio = sound, FrameRate = rate });
        Add(AvcConfig.Parse(Samples.AvcRecord));
        if (sound) Add(AacConfig.Parse(Samples.AacStereo48));
    }

    private void Frames(int first, int count, int idrEvery = 60, int rate = 30, long at = 0)
    {
        for (var n = first; n < first + count; n++) Add(Samples.Video(at + n * 1000 / rate, n % (idrEvery == 60 ? 2 * rate : idrEvery) == 0, arrival: 1000 + n));
    }

    private void Add(MediaItem item) => _segmenter.Add(item, _events);

    private CmafParsedChunk Video(MediaPart part) => CmafParser.ParsePart(part.Bytes.Span, ParsedInit())[0];

    private CmafParsedChunk? Sound(MediaPart part) => CmafParser.ParsePart(part.Bytes.Span, ParsedInit()).FirstOrDefault(chunk => !chunk.Track.IsVideo);

    private List<double> Starts() => Parts.Where(part => part.StartsSegment).Select(part => part.Start.TotalSeconds).ToList();

    /// <summary>Every part begins where the one before ends, but for the rounding of RTMP.</summary>
    private void Continuous() => Assert.All(Parts.Zip(Parts.Skip(1)), pair =>
        Assert.InRange((pair.Second.Start - pair.First.Start - pair.First.Duration).TotalMilliseconds, -1.5, 1.5));
}
