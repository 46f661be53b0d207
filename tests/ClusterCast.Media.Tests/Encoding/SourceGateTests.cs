using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class SourceGateTests
{
    private static readonly AvcConfig Video = AvcConfig.Parse(Samples.AvcRecord);

    [Theory]
    [InlineData(33.367, 30)] // 29.97: on whole ms not to be told from 30
    [InlineData(16.683, 60)]
    [InlineData(40, 25)]
    [InlineData(45, 22.22)]
    public void The_rate_comes_from_the_first_pictures_and_nothing_is_lost(double step, double rate)
    {
        using var gate = new SourceGate();
        var passed = new List<MediaItem>();
        gate.Pass(Video, passed);
        for (var i = 0; i < 20; i++)
        {
            gate.Pass(Samples.Video((long)Math.Round(i * step), i == 0), passed);
            gate.Pass(Samples.Audio((long)Math.Round(i * step)), passed);
            Assert.Equal(i >= SourceGate.Pictures - 1, gate.Info is not null);
        }
        Assert.Equal(new TranscodeSource(320, 180, rate, false), gate.Info!.Picture);
        Assert.Equal(41, passed.Count);
    }

    [Fact]
    public void Pictures_before_the_IDR_frame_are_left_out()
    {
        using var gate = new SourceGate();
        var passed = new List<MediaItem>();
        gate.Pass(Samples.Video(0, true), passed); // no configuration yet
        gate.Pass(Video, passed);
        for (var i = 1; i < 20; i++) gate.Pass(Samples.Video(i * 33, i == 5), passed);
        Assert.Equal(5u * 33, passed.OfType<MediaSample>().First().DtsMs);
    }

    [Fact]
    public void B_frames_show_and_another_configuration_is_looked_at_anew()
    {
        using var gate = new SourceGate();
        var passed = new List<MediaItem>();
        gate.Pass(Video, passed);
        for (var i = 0; i < 10; i++) gate.Pass(Samples.Video(i * 33, i == 0, composition: i % 3 * 33), passed);
        Assert.True(gate.Info!.Picture.IsReordered);
        gate.Pass(AvcConfig.Parse(Samples.AvcCropped), passed);
        for (var i = 10; i < 30; i++) gate.Pass(Samples.Video(i * 33, i == 12), passed);
        Assert.Equal((640, 358, false), (gate.Info.Picture.Width, gate.Info.Picture.Height, gate.Info.Picture.IsReordered));
        Assert.Equal(10 + 18, passed.OfType<MediaSample>().Count());
    }

    [Fact]
    public void Sound_without_a_picture_is_bounded()
    {
        using var gate = new SourceGate();
        var passed = new List<MediaItem>();
        for (var i = 0; i < 5000; i++) gate.Pass(Samples.Audio(i * 21), passed);
        Assert.Empty(passed);
        Assert.Null(gate.Info);
    }
}
