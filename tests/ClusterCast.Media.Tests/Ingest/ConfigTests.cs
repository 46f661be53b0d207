using ClusterCast.Media.Ingest;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Ingest;

public sealed class ConfigTests
{
    public static TheoryData<string, int, int> Records => new()
    {
        { Convert.ToHexString(Samples.AvcRecord), 320, 180 },
        { Convert.ToHexString(Samples.AvcCropped), 640, 358 },
        { Convert.ToHexString(Samples.AvcInterlaced), 720, 576 },
    };

    [Theory, MemberData(nameof(Records))]
    public void Size_is_read_from_the_parameter_set(string hex, int width, int height)
    {
        var config = AvcConfig.Parse(Convert.FromHexString(hex));
        Assert.Equal((width, height, 4), (config.Width, config.Height, config.NalLengthSize));
    }

    [Fact]
    public void Every_shortened_record_is_refused_or_harmless()
    {
        for (var length = 0; length < Samples.AvcRecord.Length; length++)
            Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => AvcConfig.Parse(Samples.AvcRecord.AsSpan(0, length))).Fault);
    }

    [Theory]
    [InlineData("1190", 48000, 2, "mp4a.40.2")]
    [InlineData("1210", 44100, 2, "mp4a.40.2")]
    [InlineData("11B0", 48000, 6, "mp4a.40.2")]
    [InlineData("1188", 48000, 1, "mp4a.40.2")]
    [InlineData("11B8", 48000, 8, "mp4a.40.2")]
    [InlineData("2B11880000", 24000, 2, "mp4a.40.5")]
    public void Audio_configuration_is_read(string hex, int rate, int channels, string codec)
    {
        var config = AacConfig.Parse(Convert.FromHexString(hex));
        Assert.Equal((rate, channels, codec), (config.SampleRate, config.Channels, config.Codec));
    }

    [Theory]
    [InlineData("1180")] // channels in a program config element
    [InlineData("0990")] // AAC Main
    [InlineData("1194")] // 960 samples
    [InlineData("1690")] // reserved rate
    public void Audio_that_is_not_carried_is_refused(string hex) =>
        Assert.Equal(MediaFault.UnsupportedCodec, Assert.Throws<MediaException>(() => AacConfig.Parse(Convert.FromHexString(hex))).Fault);

    [Fact]
    public void Configurations_are_equal_by_content()
    {
        Assert.Equal(AvcConfig.Parse(Samples.AvcRecord), AvcConfig.Parse(Samples.AvcRecord));
        Assert.NotEqual(AvcConfig.Parse(Samples.AvcRecord), AvcConfig.Parse(Samples.AvcCropped));
        Assert.Equal(AacConfig.Parse(Samples.AacStereo48).GetHashCode(), AacConfig.Parse(Samples.AacStereo48).GetHashCode());
    }
}
