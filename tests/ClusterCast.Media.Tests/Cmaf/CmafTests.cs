using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Cmaf;

public sealed class CmafTests
{
    private static readonly byte[] Init = CmafInitWriter.Write(AvcConfig.Parse(Samples.AvcRecord), AacConfig.Parse(Samples.AacStereo48));

    [Fact]
    public void Init_segment_says_what_the_configurations_say()
    {
        var init = CmafParser.ParseInit(Init);
        Assert.Equal("avc1.42c00d,mp4a.40.2", init.Codecs);
        Assert.Equal(new CmafTrack(1, true, 90_000, "avc1.42c00d", 320, 180, 0), init.Video);
        Assert.Equal(new CmafTrack(2, false, 48_000, "mp4a.40.2", 0, 0, 2), init.Audio);
    }

    [Fact]
    public void Init_segment_may_be_without_sound() =>
        Assert.Null(CmafParser.ParseInit(CmafInitWriter.Write(AvcConfig.Parse(Samples.AvcRecord), null)).Audio);

    [Fact]
    public void Chunks_are_read_back_as_written()
    {
        var samples =
            from data in Properties.ByteArrays(300)
            from duration in Gen.Choose(0, int.MaxValue)
            from offset in Gen.Elements(0, 0, 3000, -3000, int.MinValue)
            select new CmafSample(data, (uint)duration, offset);
        var chunks =
            from track in Gen.Elements(CmafTracks.Video, CmafTracks.Audio)
            from time in Gen.Elements(0UL, 90_000UL, 1UL << 33, (ulong)long.MaxValue)
            from list in samples.NonEmptyListOf()
            from sync in Gen.Elements(true, false)
            select new CmafChunk(track, time, list.ToArray(), sync);
        Properties.Hold(chunks.NonEmptyListOf(), written =>
        {
            var bytes = new byte[written.Sum(CmafChunkWriter.Measure)];
            var at = 0;
            foreach (var chunk in written) at += CmafChunkWriter.Write(bytes.AsSpan(at), chunk, 1);
            var read = CmafParser.ParsePart(bytes, CmafParser.ParseInit(Init));
            return at == bytes.Length && read.Count == written.Count && read.Zip(written).All(pair => Same(pair.First, pair.Second, bytes));
        });
    }

    [Fact]
    public void Every_shortened_init_segment_is_refused()
    {
        for (var length = 0; length < Init.Length; length++)
            Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => CmafParser.ParseInit(Init.AsSpan(0, length))).Fault);
    }

    [Fact]
    public void Every_shortened_part_is_refused()
    {
        var part = Part(CmafTracks.Video);
        for (var length = 1; length < part.Length; length++)
            Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => CmafParser.ParsePart(part.AsSpan(0, length), CmafParser.ParseInit(Init))).Fault);
    }

    [Fact]
    public void A_part_of_an_unknown_track_or_without_media_is_refused()
    {
        var init = CmafParser.ParseInit(Init);
        Assert.Throws<MediaException>(() => CmafParser.ParsePart(Part(7), init));
        Assert.Throws<MediaException>(() => CmafParser.ParsePart(Init, init));
        Assert.Empty(CmafParser.ParsePart([], init));
    }

    [Fact]
    public void An_announced_number_of_samples_takes_no_memory_beforehand()
    {
        var part = Part(CmafTracks.Video);
        var count = part.AsSpan().IndexOf("trun"u8) + 8;
        (part[count], part[count + 1]) = (0x7F, 0xFF);
        Assert.Throws<MediaException>(() => CmafParser.ParsePart(part, CmafParser.ParseInit(Init)));
    }

    private static byte[] Part(int track)
    {
        var chunk = new CmafChunk(track, 0, [new CmafSample(new byte[] { 1, 2, 3 }, 3000)], true);
        var bytes = new byte[CmafChunkWriter.Measure(chunk)];
        CmafChunkWriter.Write(bytes, chunk, 1);
        return bytes;
    }

    private static bool Same(CmafParsedChunk read, CmafChunk written, byte[] bytes) =>
        read.Track.Id == written.Track && read.DecodeTime == written.DecodeTime && read.Samples.Count == written.Samples.Count
        && read.Samples.Select((sample, i) => (sample, i)).All(entry =>
            bytes.AsSpan(entry.sample.Offset, entry.sample.Size).SequenceEqual(written.Samples[entry.i].Data.Span)
            && entry.sample.Duration == written.Samples[entry.i].Duration
            && entry.sample.CompositionOffset == written.Samples[entry.i].CompositionOffset
            && entry.sample.IsSync == (written.Track == CmafTracks.Audio || entry.i == 0 && written.FirstIsSync));
}
