using System.Net.Sockets;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Rtmp.Client;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Rtmp.Client;

public sealed class PublisherTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);
    private readonly RtmpServer _server = Recording.Server();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task Acknowledgements_come_back_while_media_flows()
    {
        await using var publisher = await ConnectAsync($"rtmp://{_server.EndPoint}/live/secret");
        var publication = await _server.Publications.ReadAsync(_limit.Token);
        publisher.Add(RtmpMessageType.Video, 0, [0x17, 0, 0, 0, 0, .. Samples.AvcRecord]);
        var reading = Task.Run(async () =>
        {
            await foreach (var item in publication.Items.ReadAllAsync(_limit.Token)) item.Dispose();
        });
        Assert.Null(publisher.AcknowledgedBytes);
        for (uint n = 0; publisher.AcknowledgedBytes is not > 600_000; n++)
        {
            publisher.Add(RtmpMessageType.Video, n * 33, [0x17, 1, 0, 0, 0, .. Samples.Nal(true, 50_000)]);
            await publisher.FlushAsync(_limit.Token);
        }
        Assert.InRange(publisher.AcknowledgedBytes!.Value, 600_001, publisher.SentBytes);
        await publisher.FinishAsync();
        Assert.Null(await publication.Ended.WaitAsync(_limit.Token));
        await reading;
    }

    [Fact]
    public async Task Rtmps_publishes_when_the_certificate_is_trusted_and_refuses_when_not()
    {
        await using var front = new TlsFront(_server.EndPoint);
        var url = $"rtmps://localhost:{front.Port}/live/secret";
        await using (await ConnectAsync(url, new RtmpClientOptions { TrustedRoots = [front.Certificate] })) Assert.Equal("secret", (await _server.Publications.ReadAsync(_limit.Token)).PublishKey);
        var failure = await Assert.ThrowsAsync<MediaException>(() => ConnectAsync(url));
        Assert.Equal(MediaFault.TlsFailed, failure.Fault);
        Assert.Contains("certificate is not trusted", failure.Message);
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        await using var front = new TlsFront(_server.EndPoint, "elsewhere.example");
        var failure = await Assert.ThrowsAsync<MediaException>(() => ConnectAsync($"rtmps://localhost:{front.Port}/live/secret", new RtmpClientOptions { TrustedRoots = [front.Certificate] }));
        Assert.Equal(MediaFault.TlsFailed, failure.Fault);
    }

    [Fact]
    public async Task Tls_to_a_plain_port_and_plain_to_a_tls_port_are_told()
    {
        await using var front = new TlsFront(_server.EndPoint);
        Assert.Equal(MediaFault.TlsFailed, (await Assert.ThrowsAsync<MediaException>(() => ConnectAsync($"rtmps://{_server.EndPoint}/live/secret"))).Fault);
        Assert.Equal(MediaFault.ConnectFailed, (await Assert.ThrowsAsync<MediaException>(() => ConnectAsync($"rtmp://127.0.0.1:{front.Port}/live/secret"))).Fault);
    }

    [Fact]
    public async Task Wrong_key_busy_key_and_other_application_are_told_apart()
    {
        Assert.Equal(MediaFault.KeyRefused, (await Assert.ThrowsAsync<MediaException>(() => ConnectAsync($"rtmp://{_server.EndPoint}/live/guess"))).Fault);
        Assert.Equal(MediaFault.PublishRefused, (await Assert.ThrowsAsync<MediaException>(() => ConnectAsync($"rtmp://{_server.EndPoint}/show/secret"))).Fault);
        await using var first = await ConnectAsync($"rtmp://{_server.EndPoint}/live/secret");
        Assert.Equal(MediaFault.NameInUse, (await Assert.ThrowsAsync<MediaException>(() => ConnectAsync($"rtmp://{_server.EndPoint}/live/secret"))).Fault);
    }

    [Fact]
    public async Task A_host_that_is_unknown_is_told()
    {
        var failure = await Assert.ThrowsAsync<MediaException>(() => ConnectAsync("rtmp://no-such-host.invalid/live/secret"));
        Assert.Equal((MediaFault.ConnectFailed, "The destination rtmp://no-such-host.invalid/live/**** fails: the host no-such-host.invalid is not known; check its name and this machine's DNS."), (failure.Fault, failure.Message));
    }

    [Fact]
    public async Task A_server_that_closes_when_asked_to_publish_most_likely_does_not_know_the_key()
    {
        using var raw = new RawServer();
        var connecting = ConnectAsync(raw.Url + "secret");
        using (var socket = await raw.AcceptAsync(_limit.Token))
        {
            var bytes = new ServerBytes().Hello().Command("_result", 1, null, null).Command("_result", 4, null, 1d).ToArray();
            await socket.SendAsync(bytes);
            var heard = "";
            var buffer = new byte[8192];
            while (!heard.Contains("publish\0")) heard += System.Text.Encoding.Latin1.GetString(buffer, 0, await socket.ReceiveAsync(buffer, _limit.Token));
        }
        Assert.Equal(MediaFault.KeyRefused, (await Assert.ThrowsAsync<MediaException>(() => connecting)).Fault);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_by_the_clock()
    {
        var time = new ManualTime();
        using var raw = new RawServer();
        var connecting = ConnectAsync(raw.Url + "secret", new RtmpClientOptions { TimeProvider = time });
        using var socket = await raw.AcceptAsync(_limit.Token);
        await Assert.ThrowsAsync<TimeoutException>(() => connecting.WaitAsync(TimeSpan.FromMilliseconds(50)));
        time.Advance(TimeSpan.FromSeconds(11));
        var failure = await Assert.ThrowsAsync<MediaException>(() => connecting.WaitAsync(_limit.Token));
        Assert.Equal(MediaFault.ConnectFailed, failure.Fault);
        Assert.Contains("did not answer within 10 s", failure.Message);
    }

    [Fact]
    public async Task Answers_to_pings_go_out_without_media()
    {
        using var raw = new RawServer();
        var connecting = ConnectAsync(raw.Url + "secret");
        using var socket = await raw.AcceptPublisherAsync(_limit.Token);
        await using var publisher = await connecting;
        await socket.SendAsync((byte[])[0x02, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0, 0, 6, 9, 8, 7, 6]);
        var heard = new List<byte>();
        var buffer = new byte[1024];
        while (heard.Count < 6 || !heard[^6..].SequenceEqual((byte[])[0, 7, 9, 8, 7, 6])) heard.AddRange(buffer.AsSpan(0, await socket.ReceiveAsync(buffer, _limit.Token)));
    }

    private Task<RtmpPublisher> ConnectAsync(string url, RtmpClientOptions? options = null) => RtmpPublisher.ConnectAsync(RtmpTarget.Parse(url), options ?? new RtmpClientOptions(), _limit.Token);
}
