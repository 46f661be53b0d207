using System.Buffers;
using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Egress.Sinks;
using ClusterCast.Media.Flv;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress.Feed;

public sealed class BodyTests
{
    private static readonly byte[] HevcRecord = [1, 1, 0x60, .. new byte[20]];
    private static readonly byte[] Av1Record = [0x81, 0x05, 0x0C, 0];

    [Fact]
    public void H264_and_aac_have_the_bytes_of_FLV()
    {
        Assert.Equal("1700000000" + Convert.ToHexString(Samples.AvcRecord), Convert.ToHexString(FlvBody.Sequence(AvcConfig.Parse(Samples.AvcRecord))));
        Assert.Equal("AF001190", Convert.ToHexString(FlvBody.Sequence(AacConfig.Parse(Samples.AacStereo48))));
        Assert.Equal("1701000021" + "0000000265" + "00", Body(Samples.Video(0, true, 2, 33)));
        Assert.Equal("2701FFFFDF" + "0000000241" + "00", Body(Samples.Video(0, false, 2, -33)));
        Assert.Equal("AF01" + "0000", Body(Samples.Audio(0, 2)));
    }

    [Fact]
    public void Hevc_and_av1_have_the_bytes_of_enhanced_RTMP()
    {
        Assert.Equal("9068766331" + Convert.ToHexString(HevcRecord), Convert.ToHexString(EnhancedBody.Sequence(EnhancedConfig.Parse(VideoCodec.Hevc, HevcRecord))));
        Assert.Equal("9061763031" + Convert.ToHexString(Av1Record), Convert.ToHexString(EnhancedBody.Sequence(EnhancedConfig.Parse(VideoCodec.Av1, Av1Record))));
        Assert.Equal("9368766331" + "000000026500", Body(Samples.Video(0, true, 2), VideoCodec.Hevc));
        Assert.Equal("A168766331" + "000021" + "000000024100", Body(Samples.Video(0, false, 2, 33), VideoCodec.Hevc));
        Assert.Equal("A161763031" + "000000024100", Body(Samples.Video(0, false, 2, 33), VideoCodec.Av1));
    }

    [Theory]
    [InlineData(VideoCodec.Hevc, "00")]
    [InlineData(VideoCodec.Hevc, "0201600000000000000000000000000000000000000000")]
    [InlineData(VideoCodec.Av1, "01050C00")]
    [InlineData(VideoCodec.Avc, "81050C00")]
    public void Records_of_another_kind_are_refused(VideoCodec codec, string hex) =>
        Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => EnhancedConfig.Parse(codec, Convert.FromHexString(hex))).Fault);

    [Fact]
    public void A_tag_of_a_file_has_its_long_time_and_its_length_behind_it()
    {
        var bytes = new ArrayBufferWriter<byte>();
        FlvWriter.Header(bytes, hasSound: true);
        FlvWriter.Tag(bytes, RtmpMessageType.Audio, 0x12345678, [0xAF, 1]);
        Assert.Equal("464C5601050000000900000000" + "08000002" + "34567812" + "000000" + "AF01" + "0000000D", Convert.ToHexString(bytes.WrittenSpan));
    }

    private static string Body(MediaSample sample, VideoCodec codec = VideoCodec.Avc)
    {
        using var body = codec == VideoCodec.Avc ? FlvBody.Write(sample) : EnhancedBody.Write(sample, codec);
        sample.Dispose();
        return Convert.ToHexString(body.Memory.Span);
    }
}
