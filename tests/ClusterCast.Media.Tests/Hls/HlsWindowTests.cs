using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Hls;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Hls;

public sealed class HlsWindowTests
{
    private static readonly byte[] InitA = CmafInitWriter.Write(AvcConfig.Parse(Samples.AvcRecord), null);
    private static readonly byte[] InitB = CmafInitWriter.Write(AvcConfig.Parse(Samples.AvcCropped), null);

    [Fact]
    public void There_is_no_playlist_before_the_first_complete_segment()
    {
        var window = new HlsWindow();
        window.AddInit(InitA);
        Segment(window, 0);
        Assert.Null(window.Playlist());
        Segment(window, 1);
        Assert.Equal(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n" +
            "#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:2.000000,\nsegment-1.m4s\n", window.Playlist());
        Assert.True(window.File("init-1.mp4")!.Value.Span.SequenceEqual(InitA));
    }

    [Fact]
    public void The_window_slides_and_lets_old_files_go()
    {
        var window = new HlsWindow(3);
        window.AddInit(InitA);
        for (var n = 0; n < 10; n++) Segment(window, n);
        Assert.Equal(3, window.Count);
        Assert.Contains("#EXT-X-MEDIA-SEQUENCE:7\n", window.Playlist());
        Assert.Null(window.File("segment-6.m4s"));
        Assert.NotNull(window.File("segment-7.m4s"));
        Assert.Null(window.File("../segment-7.m4s"));
    }

    [Fact]
    public void Another_init_segment_is_a_discontinuity_and_is_counted_when_it_has_slid_out()
    {
        var window = new HlsWindow(3);
        window.AddInit(InitA);
        Segment(window, 0);
        Segment(window, 1);
        window.AddInit(InitB);
        Segment(window, 2);
        window.AddInit(InitB); // the same again changes nothing
        Segment(window, 3);
        Assert.Contains("segment-2.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-2.mp4\"\n#EXTINF:2.000000,\nsegment-3.m4s\n", window.Playlist());
        for (var n = 4; n < 9; n++) Segment(window, n);
        Assert.Contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n", window.Playlist());
        Assert.DoesNotContain("#EXT-X-DISCONTINUITY\n", window.Playlist());
        Assert.Null(window.File("init-1.mp4"));
        Assert.NotNull(window.File("init-2.mp4"));
    }

    [Fact]
    public void A_jump_of_time_is_a_discontinuity()
    {
        var window = new HlsWindow();
        window.AddInit(InitA);
        foreach (var n in new[] { 0, 1, 10, 11 }) Segment(window, n);
        Assert.Contains("segment-2.m4s\n#EXT-X-DISCONTINUITY\n#EXTINF", window.Playlist());
    }

    [Fact]
    public void Joining_in_mid_segment_waits_for_the_next_one()
    {
        var window = new HlsWindow();
        window.AddInit(InitA);
        window.AddPart(Part(0, 3000), false);
        Segment(window, 1);
        Segment(window, 2);
        Assert.Contains("#EXTINF:2.000000,\nsegment-1.m4s\n", window.Playlist());
    }

    [Fact]
    public void Longer_segments_raise_the_target_duration()
    {
        var window = new HlsWindow();
        window.AddInit(InitA);
        window.AddPart(Part(0, 90_000 * 3), true);
        window.AddPart(Part(90_000 * 3, 3000), true);
        Assert.Contains("#EXT-X-TARGETDURATION:3\n", window.Playlist());
    }

    [Fact]
    public void Broken_bytes_are_refused()
    {
        var window = new HlsWindow();
        Assert.Throws<MediaException>(() => window.AddPart(Part(0, 1), true));
        Assert.Throws<MediaException>(() => window.AddInit(new byte[10]));
        window.AddInit(InitA);
        Assert.Throws<MediaException>(() => window.AddPart(new byte[10], true));
    }

    [Fact]
    public async Task Ffmpeg_plays_it()
    {
        var events = await Recording.PartsAsync(6);
        var window = new HlsWindow();
        foreach (var ready in events)
            if (ready is MediaInit init) window.AddInit(init.Bytes);
            else if (ready is MediaPart part) window.AddPart(part.Bytes, part.StartsSegment);
        using var folder = new TempFolder();
        var playlist = window.Playlist()!;
        await File.WriteAllTextAsync(folder.File("live.m3u8"), playlist + "#EXT-X-ENDLIST\n");
        foreach (var name in playlist.Split('\n', '"').Where(line => line.EndsWith(".m4s") || line.EndsWith(".mp4")))
            await File.WriteAllBytesAsync(folder.File(name), window.File(name)!.Value.ToArray());
        await Ffmpeg.RunAsync("-xerror -i {0} -f null -", folder.File("live.m3u8"));
        var counted = await Ffmpeg.ProbeAsync("-count_frames -show_entries stream=codec_name,nb_read_frames -of csv=p=0 {0}", folder.File("live.m3u8"));
        Assert.Contains("h264,120", counted); // two complete segments; the third one is still open
        Assert.Contains("aac,", counted);
    }

    private static void Segment(HlsWindow window, int number)
    {
        for (var part = 0; part < 20; part++) window.AddPart(Part((ulong)(number * 20 + part) * 9000, 9000), part == 0);
    }

    private static byte[] Part(ulong time, uint duration)
    {
        var chunk = new CmafChunk(CmafTracks.Video, time, [new CmafSample(Samples.Nal(true), duration)], true);
        var bytes = new byte[CmafChunkWriter.Measure(chunk)];
        CmafChunkWriter.Write(bytes, chunk, 1);
        return bytes;
    }
}
