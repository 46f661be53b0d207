using ClusterCast.Media.Egress;

namespace ClusterCast.Media.Tests.Egress;

public sealed class DestinationUrlTests
{
    [Theory]
    [InlineData("rtmp://h/a/k", DestinationKind.Rtmp, "rtmp://h/a/****")]
    [InlineData("rtmps://h/a/k", DestinationKind.Rtmps, "rtmps://h/a/****")]
    [InlineData("srt://h:9000?latency=200&streamid=me%2Fyou&passphrase=0123456789", DestinationKind.Srt, "srt://h:9000?latency=200&streamid=****&passphrase=****")]
    [InlineData("srt://[::1]:9000", DestinationKind.Srt, "srt://[::1]:9000")]
    [InlineData("file:/tmp/show.mp4", DestinationKind.File, "/tmp/show.mp4")]
    [InlineData("/tmp/show.mkv", DestinationKind.File, "/tmp/show.mkv")]
    public void Urls_are_of_a_kind_and_print_without_secrets(string url, DestinationKind kind, string shown)
    {
        var parsed = DestinationUrl.Parse(url);
        Assert.Equal((kind, shown), (parsed.Kind, parsed.ToString()));
    }

    [Theory]
    [InlineData("http://h/secret-9", "cannot be reached by 'http:'")]
    [InlineData("srt://h?passphrase=secret-9", "host or the port is missing")]
    [InlineData("srt://h:1?passphrase=secret-9", "not 10 to 79 characters")]
    [InlineData("srt://h:1?key=secret-9-secret-9", "an option is not known")]
    [InlineData("srt://h:1?latency=20%0asecret-9", "an option is not known or has a value")]
    [InlineData("srt://h:1?passphrase=secret-9-secret-9%0aoption=1", "control characters")]
    public void What_cannot_be_used_is_refused_without_secrets(string url, string why)
    {
        var failure = Assert.Throws<MediaException>(() => DestinationUrl.Parse(url));
        Assert.Equal(MediaFault.BadDestination, failure.Fault);
        Assert.Contains(why, failure.Message);
        Assert.DoesNotContain("secret-9", failure.Message);
    }

    [Fact]
    public void What_others_quote_is_redacted()
    {
        Assert.Equal("stream **** not found", DestinationUrl.Parse("rtmp://h/a/key-77?x=1").Redact("stream key-77 not found"));
        Assert.Equal("open srt://h:1?passphrase=**** failed", DestinationUrl.Parse("srt://h:1?passphrase=0123456789").Redact("open srt://h:1?passphrase=0123456789 failed"));
    }
}
