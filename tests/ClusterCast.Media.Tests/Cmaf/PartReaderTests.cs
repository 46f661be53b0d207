using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Cmaf;

public sealed class PartReaderTests
{
    [Theory]
    [InlineData("-ar 48000 -ac 2 -c:a aac -b:a 64k")]
    [InlineData("-ar 44100 -ac 1 -c:a aac -b:a 64k")]
    [InlineData("-an")]
    public async Task Frames_come_back_from_parts_byte_by_byte_and_at_their_times(string audio)
    {
        var clip = await EncodedClip.ItemsAsync(3, audio: audio);
        var start = clip.Pictures().First().DtsMs;
        var expected = clip.OfType<MediaSample>().Where(sample => sample.DtsMs >= start).Select(sample => (Text(sample), Ms: (int)(sample.DtsMs - start))).OrderBy(entry => entry.Item1).ToList();
        var back = Back(Parts(clip)); // the segmenter takes the samples over
        Assert.Equal(clip.OfType<AvcConfig>(), back.OfType<AvcConfig>());
        Assert.Equal(clip.OfType<AacConfig>(), back.OfType<AacConfig>());
        var found = back.OfType<MediaSample>().Select(sample => (Text(sample), Ms: (int)sample.DtsMs)).OrderBy(entry => entry.Item1).ToList();
        // Sound that comes before the first picture or after the last one is in no part.
        var missing = expected.ExceptBy(found.Select(entry => entry.Item1), entry => entry.Item1).ToList();
        Assert.All(missing, entry => Assert.StartsWith("Audio", entry.Item1));
        Assert.InRange(missing.Count, 0, 4);
        var sent = expected.Except(missing).ToList();
        Assert.Equal(sent.Select(entry => entry.Item1), found.Select(entry => entry.Item1));
        Assert.All(sent.Zip(found), pair => Assert.InRange(pair.First.Ms - pair.Second.Ms, -1, 1)); // RTMP's times are whole ms
        var times = back.OfType<MediaSample>().Select(sample => sample.DtsMs).ToList();
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task B_frames_keep_their_composition_times()
    {
        var clip = await EncodedClip.ItemsAsync(2, "-c:v libx264 -preset veryfast -g 60 -bf 2 -b_strategy 0", audio: "-an");
        var expected = clip.Pictures().Select(p => (p.CompositionMs, p.IsIdr)).ToList();
        Assert.Equal(expected, Back(Parts(clip)).Pictures().Select(p => (p.CompositionMs, p.IsIdr)));
    }

    [Fact]
    public async Task A_new_run_goes_on_where_the_last_one_ended()
    {
        var parts = Parts(await EncodedClip.ItemsAsync(1));
        var (reader, items) = (new PartReader(), new List<MediaItem>());
        foreach (var run in (ulong[])[1000, 2000])
            foreach (var (init, part) in parts) reader.Read(run, init, part.Span, 0, items);
        var times = items.Pictures().Select(p => (int)p.DtsMs).ToList();
        Assert.Equal(60, times.Count);
        Assert.InRange(times[30] - times[29], 20, 80);
        Assert.Equal(times.Order(), times);
        Assert.Single(items.OfType<AvcConfig>());
    }

    [Fact]
    public async Task Another_configuration_is_told_before_its_pictures()
    {
        var first = Parts(await EncodedClip.ItemsAsync(1));
        var second = Parts(await EncodedClip.ItemsAsync(1, size: "320x180"));
        var items = Back([.. first, .. second]);
        Assert.Equal([640, 320], items.OfType<AvcConfig>().Select(config => config.Width));
        Assert.Equal(30, items.SkipWhile(item => item is not AvcConfig { Width: 320 }).Pictures().Count());
    }

    [Fact]
    public async Task A_part_that_is_none_gives_nothing_and_the_next_one_is_read()
    {
        var parts = Parts(await EncodedClip.ItemsAsync(1));
        var (reader, items) = (new PartReader(), new List<MediaItem>());
        Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => reader.Read(1, parts[0].Init, parts[0].Part.Span[..50], 0, items)).Fault);
        Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => reader.Read(1, parts[0].Init[..60], parts[0].Part.Span, 0, items)).Fault);
        Assert.Empty(items);
        foreach (var (init, part) in parts) reader.Read(1, init, part.Span, 0, items);
        Assert.Equal(30, items.Pictures().Count());
    }

    private static string Text(MediaSample sample) => $"{sample.Kind} {sample.IsIdr} {Convert.ToHexString(sample.Data.Span)}";

    private static List<MediaItem> Back(List<(ReadOnlyMemory<byte> Init, ReadOnlyMemory<byte> Part)> parts)
    {
        var (reader, items) = (new PartReader(), new List<MediaItem>());
        foreach (var (init, part) in parts) reader.Read(1, init, part.Span, 0, items);
        return items;
    }

    private static List<(ReadOnlyMemory<byte> Init, ReadOnlyMemory<byte> Part)> Parts(List<MediaItem> clip)
    {
        var events = new List<MediaEvent>();
        using var segmenter = new PartSegmenter();
        foreach (var item in clip) segmenter.Add(item, events);
        segmenter.Discontinue(events);
        var parts = new List<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)>();
        ReadOnlyMemory<byte> init = default;
        foreach (var ready in events)
            if (ready is MediaInit { Bytes: var bytes }) init = bytes;
            else if (ready is MediaPart part) parts.Add((init, part.Bytes));
        return parts;
    }
}
