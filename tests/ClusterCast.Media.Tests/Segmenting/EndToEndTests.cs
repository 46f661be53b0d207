using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Segmenting;

public sealed class EndToEndTests
{
    [Theory]
    [InlineData("-c:v libx264 -preset ultrafast -g 60 -keyint_min 60 -sc_threshold 0 -bf 0", "-c:a aac -b:a 64k")]
    [InlineData("-c:v libx264 -preset veryfast -g 60 -keyint_min 60 -sc_threshold 0 -bf 3", "-c:a aac -b:a 64k")]
    [InlineData("-c:v libx264 -preset ultrafast -g 60 -keyint_min 60 -sc_threshold 0 -bf 0", "-an")]
    public async Task What_ffmpeg_publishes_comes_out_as_parts_that_ffmpeg_decodes(string video, string audio)
    {
        var events = await Recording.PartsAsync(5, video, audio);
        var init = Assert.Single(events.OfType<MediaInit>());
        var parts = events.OfType<MediaPart>().ToList();
        Assert.Equal((320, 180), (init.Width, init.Height));
        Assert.All(parts, part => Assert.True(part.Duration <= TimeSpan.FromMilliseconds(100.1)));
        Assert.Equal(3, parts.Count(part => part.StartsSegment));
        Assert.Equal(5, parts.Sum(part => part.Duration.TotalSeconds), 0.02);

        using var folder = new TempFolder();
        var file = folder.File("out.mp4");
        await File.WriteAllBytesAsync(file, [.. init.Bytes.ToArray(), .. parts.SelectMany(part => part.Bytes.ToArray())]);
        await Ffmpeg.RunAsync("-xerror -i {0} -f null -", file);
        var frames = await Ffmpeg.ProbeAsync("-count_frames -show_entries stream=codec_name,nb_read_frames -of csv=p=0 {0}", file);
        Assert.Contains("h264,150", frames);
        Assert.Equal(audio != "-an", frames.Contains("aac"));
    }
}
