using ClusterCast.Media.Rtmp.Client;
using ClusterCast.Media.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Rtmp.Client;

public sealed class RtmpTargetTests
{
    [Theory]
    [InlineData("rtmp://live.twitch.tv/app/live_1_abc", "live.twitch.tv", 1935, "app", "live_1_abc", "rtmp://live.twitch.tv/app")]
    [InlineData("rtmps://live-api-s.facebook.com:443/rtmp/FB-1-0-x?s_bl=1&s_sc=2", "live-api-s.facebook.com", 443, "rtmp", "FB-1-0-x?s_bl=1&s_sc=2", "rtmps://live-api-s.facebook.com/rtmp")]
    [InlineData("rtmp://host:2935/app/instance/key", "host", 2935, "app/instance", "key", "rtmp://host:2935/app/instance")]
    [InlineData("RTMP://[::1]:1936/live/k", "::1", 1936, "live", "k", "rtmp://[::1]:1936/live")]
    [InlineData("rtmp://host/live/key?a=b/c", "host", 1935, "live", "key?a=b/c", "rtmp://host/live")]
    public void The_key_is_the_last_part(string url, string host, int port, string application, string key, string applicationUrl)
    {
        var target = RtmpTarget.Parse(url);
        Assert.Equal((host, port, application, key, applicationUrl), (target.Host, target.Port, target.Application, target.Key.Reveal(), target.ApplicationUrl));
    }

    [Fact]
    public void A_key_apart_makes_the_whole_path_the_application()
    {
        var target = RtmpTarget.Parse("rtmps://a.rtmps.youtube.com:443/live2", new Secret("abcd-efgh"));
        Assert.Equal(("live2", "abcd-efgh", true), (target.Application, target.Key.Reveal(), target.Tls));
        Assert.Equal("rtmps://a.rtmps.youtube.com/live2/****", target.ToString());
    }

    [Theory]
    [InlineData("http://host/app/key-55", "does not begin with rtmp")]
    [InlineData("rtmp://host", "application is missing")]
    [InlineData("rtmp://host/key-55", "key is missing")]
    [InlineData("rtmp://host/app/", "key is missing")]
    [InlineData("rtmp:///app/key-55", "host is missing")]
    [InlineData("rtmp://host:0/app/key-55", "port")]
    [InlineData("rtmp://host:65536/app/key-55", "port")]
    [InlineData("rtmp://user:key-55@host/app/key-55", "user name")]
    [InlineData("rtmp://host/app/key-55 x", "spaces")]
    [InlineData("rtmp://[::1/app/key-55", "address is broken")]
    public void What_cannot_be_used_is_refused_without_the_key(string url, string why)
    {
        var failure = Assert.Throws<MediaException>(() => RtmpTarget.Parse(url));
        Assert.Equal(MediaFault.BadDestination, failure.Fault);
        Assert.Contains(why, failure.Message);
        Assert.DoesNotContain("key-55", failure.Message);
    }

    [Fact]
    public void No_text_shows_a_key() => Properties.Hold(
        Gen.Elements("abcdefghijklmnopqrstuvwxyzABCDEF0123456789_-?=&".ToCharArray()).ArrayOf().Where(key => key.Length > 5 && key[0] != '?' && key[0] != '/').Select(key => new string(key)),
        key =>
        {
            var target = RtmpTarget.Parse($"rtmp://h/p/{key}");
            return target.Key.Reveal() == key && !target.ToString().Contains(key) && !$"{target.Key}".Contains(key) && !target.Key.Redact($"<{key}>").Contains(key);
        });
}
