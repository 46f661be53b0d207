using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Roles;

[Collection(Network.Name)]
public sealed class IngestTests(NetworkFixture network)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_wrong_publish_key_is_refused_and_the_right_one_still_works()
    {
        await using var sandbox = new Sandbox();
        await using (var intruder = Ffmpeg.Publish(sandbox, network.RtmpUrl("guess")))
        {
            Assert.NotEqual(0, (await intruder.EndAsync(Bound)).Status);
        }

        await using var publisher = Ffmpeg.Publish(sandbox, network.RtmpUrl());
        using var http = new HttpClient();
        await Poll.UntilAsync(
            async () => (await http.GetStringAsync($"{network.Broadcast["http"]}/api/status")).Contains("\"publishing\":true", StringComparison.Ordinal), Bound, () => network.Broadcaster.Said);
        Assert.DoesNotContain("guess", network.Broadcaster.Said);
    }

    [Theory]
    [InlineData("video", "flv1", "H.264", "-c:v", "flv1", "-c:a", "aac")]
    [InlineData("audio", "libmp3lame", "AAC", "-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-ar", "44100", "-c:a", "libmp3lame")]
    public async Task A_codec_that_is_not_carried_is_named_with_the_setting_of_OBS(string kind, string codec, string remedy, params string[] codecs)
    {
        await using var sandbox = new Sandbox();
        await using var publisher = Ffmpeg.PublishAs(sandbox, network.RtmpUrl(), codecs);

        var line = await network.Broadcaster.LineAsync(
            said => said.Contains("OBS", StringComparison.Ordinal) && said.Contains(kind, StringComparison.OrdinalIgnoreCase) && said.Contains(remedy, StringComparison.Ordinal), Bound);

        Assert.NotEqual(0, (await publisher.EndAsync(Bound)).Status);
        Assert.Contains(codec == "flv1" ? "Sorenson" : "MP3", line, StringComparison.OrdinalIgnoreCase);
    }
}
