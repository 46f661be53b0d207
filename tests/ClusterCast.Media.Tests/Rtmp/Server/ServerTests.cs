using System.Net;
using System.Net.Sockets;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Rtmp.Server;

public sealed class ServerTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(Ffmpeg.Limit);

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task Ffmpeg_with_a_wrong_key_is_refused_and_told_why()
    {
        await using var server = Recording.Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/guess", 1);
        Assert.NotEqual(0, await publisher.WaitAsync(_limit.Token));
        Assert.Contains("The publish key is wrong; in OBS set Settings > Stream > Stream Key", publisher.Errors);
        Assert.Equal(1, server.Refused);
        Assert.False(server.Publications.TryRead(out _));
    }

    [Fact]
    public async Task Ffmpeg_with_another_application_is_refused()
    {
        await using var server = Recording.Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/show/secret", 1);
        Assert.NotEqual(0, await publisher.WaitAsync(_limit.Token));
        Assert.Contains("no application 'show'", publisher.Errors);
    }

    [Fact]
    public async Task A_second_publisher_of_a_key_is_refused_and_the_first_goes_on()
    {
        await using var server = Recording.Server();
        using var first = await ConnectAsync(server, PublisherBytes.Publishing("secret").AvcConfig());
        var publication = await server.Publications.ReadAsync(_limit.Token);
        await using var second = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/secret", 1);
        Assert.NotEqual(0, await second.WaitAsync(_limit.Token));
        Assert.Contains("publishes with this publish key already", second.Errors);
        Assert.IsType<AvcConfig>(await publication.Items.ReadAsync(_limit.Token));
        Assert.False(publication.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_key_is_free_again_when_its_publisher_has_gone()
    {
        await using var server = Recording.Server();
        (await ConnectAsync(server, PublisherBytes.Publishing("secret"))).Dispose();
        var first = await server.Publications.ReadAsync(_limit.Token);
        Assert.Equal(MediaFault.Disconnected, (await first.Ended.WaitAsync(_limit.Token))!.Fault);
        while (true) // The key is released just after the end is announced.
        {
            using var next = await ConnectAsync(server, PublisherBytes.Publishing("secret"));
            await ReadToEndAsync(next, half: true);
            if (server.Publications.TryRead(out _)) return;
        }
    }

    [Theory]
    [InlineData("-c:v flv", "-c:a aac", "Sorenson H.263", "Video Encoder")]
    [InlineData("-c:v libx264 -preset ultrafast", "-c:a libmp3lame", "MP3", "Audio Encoder")]
    [InlineData("-c:v libx264 -preset ultrafast", "-c:a pcm_s16le -ar 44100", "PCM", "Audio Encoder")]
    public async Task Other_codecs_are_named_and_refused(string video, string audio, string name, string setting)
    {
        await using var server = Recording.Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/secret", 30, video, audio, pace: "-re");
        var publication = await server.Publications.ReadAsync(_limit.Token);
        var reason = await publication.Ended.WaitAsync(_limit.Token);
        Assert.Equal(MediaFault.UnsupportedCodec, reason!.Fault);
        Assert.Contains(name, reason.Message);
        Assert.Contains(setting, reason.Message);
        Assert.NotEqual(0, await publisher.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task A_source_with_too_few_IDR_frames_is_disconnected()
    {
        await using var server = Recording.Server();
        await using var publisher = Ffmpeg.Publish($"rtmp://{server.EndPoint}/live/secret", 20, "-c:v libx264 -preset ultrafast -g 300 -keyint_min 300 -sc_threshold 0");
        var publication = await server.Publications.ReadAsync(_limit.Token);
        using var segmenter = new PartSegmenter();
        var failure = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var _ in publication.ReadPartsAsync(segmenter, _limit.Token)) { }
        });
        Assert.Equal(MediaFault.KeyframeInterval, failure.Fault);
        Assert.Same(failure, await publication.Ended.WaitAsync(_limit.Token));
        await publisher.WaitAsync(_limit.Token);
    }

    [Fact]
    public async Task Sound_of_5_1_is_carried()
    {
        var events = await Recording.PartsAsync(2, audio: "-c:a aac -b:a 192k -ac 6");
        Assert.Equal(6, Media.Cmaf.CmafParser.ParseInit(events.OfType<MediaInit>().Single().Bytes.Span).Audio!.Channels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silent_peer_is_disconnected(bool published)
    {
        var time = new ManualTime();
        await using var server = Recording.Server(time: time);
        using var peer = await ConnectAsync(server, published ? PublisherBytes.Publishing("secret") : new PublisherBytes());
        var publication = published ? await server.Publications.ReadAsync(_limit.Token) : null;
        var end = ReadToEndAsync(peer);
        while (!end.IsCompleted)
        {
            _limit.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(end, Task.Delay(1));
        }
        await end;
        if (publication is not null) Assert.Equal(MediaFault.Idle, (await publication.Ended.WaitAsync(_limit.Token))!.Fault);
    }

    [Fact]
    public async Task A_port_in_use_is_said_so()
    {
        await using var server = Recording.Server();
        await using var other = new RtmpServer(new RtmpServerOptions { EndPoint = server.EndPoint, PublishKeyCheck = _ => true });
        var failure = Assert.Throws<MediaException>(other.Start);
        Assert.Equal(MediaFault.ListenFailed, failure.Fault);
        Assert.Equal($"RTMP port {server.EndPoint.Port} is in use; stop the program that uses it or choose another port.", failure.Message);
    }

    [Fact]
    public void An_address_of_another_machine_is_said_so()
    {
        var server = new RtmpServer(new RtmpServerOptions { EndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), PublishKeyCheck = _ => true });
        Assert.Contains("not an address of this machine", Assert.Throws<MediaException>(server.Start).Message);
        Assert.Throws<InvalidOperationException>(() => server.EndPoint);
    }

    [Fact]
    public async Task Stopping_the_server_ends_publications()
    {
        var server = Recording.Server();
        using var peer = await ConnectAsync(server, PublisherBytes.Publishing("secret"));
        var publication = await server.Publications.ReadAsync(_limit.Token);
        await server.DisposeAsync();
        Assert.Equal(MediaFault.Disconnected, (await publication.Ended.WaitAsync(_limit.Token))!.Fault);
        Assert.True(publication.Items.Completion.IsCompleted);
    }

    [Fact]
    public async Task Connections_are_bounded()
    {
        await using var server = Recording.Server();
        var peers = new List<Socket>();
        while (server.Refused == 0)
        {
            _limit.Token.ThrowIfCancellationRequested();
            Assert.InRange(peers.Count, 0, 200);
            peers.Add(await ConnectAsync(server, new PublisherBytes()));
            await Task.Yield();
        }
        peers.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task A_slow_reader_holds_the_publisher_and_loses_nothing()
    {
        await using var server = Recording.Server();
        var bytes = PublisherBytes.Publishing("secret").ChunkSize(65536).AvcConfig();
        for (var n = 0; n < 1000; n++) bytes.Frame((uint)n * 33, n % 60 == 0, size: 20_000);
        using var peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(server.EndPoint, _limit.Token);
        var sending = SendAsync(peer, bytes.Command("FCUnpublish", 6, null, "secret").ToArray());
        var publication = await server.Publications.ReadAsync(_limit.Token);
        await publication.Items.WaitToReadAsync(_limit.Token);
        Assert.False(publication.Ended.IsCompleted);
        Assert.InRange(publication.Items.Count, 0, RtmpPublication.QueueLength);
        var frames = 0;
        await foreach (var item in publication.Items.ReadAllAsync(_limit.Token))
            using (item) frames += item is MediaSample ? 1 : 0;
        Assert.Equal(1000, frames);
        Assert.Null(await publication.Ended);
        await sending;
    }

    private async Task<Socket> ConnectAsync(RtmpServer server, PublisherBytes bytes)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, _limit.Token);
        await SendAsync(socket, bytes.ToArray());
        return socket;
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, _limit.Token)..];
    }

    /// <summary>Reads until the peer ends, or (half) only until the answer to publish is complete.</summary>
    private async Task ReadToEndAsync(Socket socket, bool half = false)
    {
        var buffer = new byte[8192];
        var text = "";
        while (!half || !text.Contains("NetStream.Publish."))
        {
            var read = await socket.ReceiveAsync(buffer, _limit.Token);
            if (read == 0) return;
            text += System.Text.Encoding.Latin1.GetString(buffer, 0, read);
        }
    }
}
