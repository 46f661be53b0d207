using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class OutputProfileTests
{
    [Theory]
    [InlineData("720p", 1920, 1080, 60, "1280x720 at 30 frames/s, 3000 kbit/s")]
    [InlineData("480p", 1920, 1080, 30, "854x480 at 30 frames/s, 1500 kbit/s")]
    [InlineData("720p", 640, 360, 25, "640x360 at 25 frames/s, 3000 kbit/s")] // nothing is enlarged
    [InlineData("720p", 1440, 1080, 30, "960x720 at 30 frames/s, 3000 kbit/s")]
    [InlineData("720p", 1080, 1920, 30, "720x1280 at 30 frames/s, 3000 kbit/s")] // upright
    [InlineData("1000x500@24:900", 1920, 1080, 60, "890x500 at 24 frames/s, 900 kbit/s")]
    [InlineData("480p", 643, 361, 29.97, "644x362 at 29.97 frames/s, 1500 kbit/s")]
    public void The_picture_keeps_its_shape(string profile, int width, int height, double rate, string shape) =>
        Assert.Equal(shape, OutputProfile.Parse(profile).Fit(width, height, rate).ToString());

    [Fact]
    public void The_ladder_is_named_by_its_lines() => Assert.All(OutputProfile.Ladder, step => Assert.Same(step, OutputProfile.Parse(step.Name)));

    [Theory]
    [InlineData("")]
    [InlineData("900p")]
    [InlineData("1280x720")]
    [InlineData("1281x720@30:3000")]
    [InlineData("1280x720@3:3000")]
    [InlineData("1280x720@30:99")]
    [InlineData("8000x4000@30:9000")]
    [InlineData("1280x720@30:3000;rm")]
    public void What_is_no_profile_is_named_with_what_is(string text)
    {
        var failure = Assert.Throws<MediaException>(() => OutputProfile.Parse(text));
        Assert.Equal(MediaFault.BadProfile, failure.Fault);
        Assert.Contains("1280x720@30:2500", failure.Message);
    }
}
