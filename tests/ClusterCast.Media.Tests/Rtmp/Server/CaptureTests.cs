using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Rtmp.Server;

/// <summary>Byte streams that real publishers sent.</summary>
public sealed class CaptureTests
{
    [Theory]
    [InlineData("obs-29-publish.bin", "obs-output", 852, 480, "avc1.64001f,mp4a.40.2", 1000)]
    [InlineData("obs-29-publish.bin", "obs-output", 852, 480, "avc1.64001f,mp4a.40.2", 1)]
    [InlineData("ffmpeg-5-publish.bin", "Lavf59", 320, 180, "avc1.64000d,mp4a.40.2", 1460)]
    public void A_captured_publisher_gets_through_to_parts(string file, string encoder, int width, int height, string codecs, int split)
    {
        using var session = new RtmpSession("live", key => key == "secret" ? PublishVerdict.Accepted : PublishVerdict.WrongKey, TimeProvider.System);
        using var segmenter = new PartSegmenter();
        var events = new List<MediaEvent>();
        StreamMetadata? metadata = null;
        var input = Bytes.Split(Captures.Read(file), split);
        while (session.Advance(ref input, out var item))
        {
            metadata ??= item as StreamMetadata;
            if (item is not null) segmenter.Add(item, events);
        }
        Assert.Equal("secret", session.PublishedKey);
        Assert.Equal((true, 30d), (metadata!.HasAudio, metadata.FrameRate));
        Assert.Contains(encoder, metadata.Encoder);
        var init = events.OfType<MediaInit>().Single();
        Assert.Equal((width, height, codecs), (init.Width, init.Height, init.Codecs));
        var parsed = CmafParser.ParseInit(init.Bytes.Span);
        var parts = events.OfType<MediaPart>().ToList();
        Assert.InRange(parts.Count, 5, 300);
        Assert.True(parts[0].StartsSegment);
        Assert.All(parts, part => Assert.True(part.Duration <= TimeSpan.FromMilliseconds(100.1)));
        Assert.Contains(parts, part => CmafParser.ParsePart(part.Bytes.Span, parsed).Any(chunk => !chunk.Track.IsVideo));
    }
}
