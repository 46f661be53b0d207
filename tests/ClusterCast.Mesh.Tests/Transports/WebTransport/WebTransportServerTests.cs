using ClusterCast.Mesh.Transports.WebTransport;
using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

/// <summary>The rules of HTTP/3 and of a session, seen from the page's end.</summary>
public sealed class WebTransportServerTests
{
    [Fact]
    public async Task Begins_with_settings_that_offer_webtransport()
    {
        await using var page = new Page();
        var start = await page.Link.Control.Read(3);
        Assert.Equal([0x00, 0x04], start[..2]);
        var payload = await page.Link.Control.Read(start[2]);
        Http3Settings.Check(payload);
        var settings = new Dictionary<ulong, ulong>();
        for (var at = 0; at < payload.Length;)
        {
            at += QuicVarint.Read(payload.AsSpan(at), out var id);
            at += QuicVarint.Read(payload.AsSpan(at), out var value);
            settings.Add(id, value);
        }

        Assert.Equal((1UL, 1UL, 1UL, 1UL), (settings[0x08], settings[0x33], settings[0x2b603742], settings[0xc671706a]));
    }

    [Fact]
    public async Task A_session_and_its_stream_become_a_transport()
    {
        await using var page = new Page();
        var (_, stream) = await page.Open();
        var transport = await page.Transport;
        Assert.Null(transport.ProvenPeer);
        Assert.Equal("webtransport://memory", transport.Remote);
        stream.Give(1, 2, 3);
        var received = new byte[10];
        Assert.Equal(3, await transport.ReceiveAsync(received, CancellationToken.None));
        await transport.SendAsync(new byte[] { 7, 8 }, CancellationToken.None);
        Assert.Equal(new byte[] { 7, 8 }, await stream.Read(2));
        stream.End();
        Assert.Equal(0, await transport.ReceiveAsync(received, CancellationToken.None));
    }

    [Fact]
    public async Task Bytes_that_came_with_the_header_of_the_stream_come_first()
    {
        await using var page = new Page();
        var connect = page.Link.Open(true, Page.Headers(Page.Connect()));
        page.Link.Open(true, [.. Page.Varint(0x41), .. Page.Varint((ulong)connect.Id), 9, 8, 7]).Give(6);
        var transport = await page.Transport;
        var received = new byte[4];
        for (var filled = 0; filled < 4;)
        {
            filled += await transport.ReceiveAsync(received.AsMemory(filled, 1), CancellationToken.None);
        }

        Assert.Equal(new byte[] { 9, 8, 7, 6 }, received);
    }

    [Fact]
    public async Task A_stream_may_overtake_its_session()
    {
        await using var page = new Page();
        var connect = page.Link.Open(true);
        page.Link.Open(true, [.. Page.Varint(0x41), .. Page.Varint((ulong)connect.Id)]);
        Assert.False(page.HasTransport);
        connect.Give(Page.Headers(Page.Connect()));
        await page.Transport;
    }

    [Fact]
    public async Task Draft_2_gets_its_name_back()
    {
        await using var page = new Page();
        var connect = page.Link.Open(true, Page.Headers([.. Page.Connect(), ("sec-webtransport-http3-draft02", "1")]));
        var head = await connect.Read(2);
        Assert.Contains("draft02", System.Text.Encoding.ASCII.GetString(await connect.Read(head[1])));
    }

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/clustercast", 405)]
    [InlineData("HEAD", "/clustercast", 405)]
    [InlineData("POST", "/clustercast", 405)]
    public async Task Other_requests_get_a_short_answer(string method, string path, int status)
    {
        await using var page = new Page();
        var answer = await page.Ask(Page.Headers((":method", method), (":scheme", "https"), (":authority", "relay"), (":path", path), ("accept", "*/*")));
        Assert.Equal(status, answer.Status);
        Assert.Equal(method != "HEAD", answer.Text.Contains("ClusterCast relay"));
        Assert.Equal(status == 405, answer.Fields.Any(field => field == new ClusterCast.Mesh.Transports.WebTransport.Qpack.Field("allow", "CONNECT")));
        Assert.False(page.HasTransport);
    }

    [Theory]
    [InlineData("/elsewhere", "webtransport", 404)]
    [InlineData("/clustercast", "websocket", 501)]
    public async Task Other_sessions_are_refused(string path, string protocol, int status)
    {
        await using var page = new Page();
        Assert.Equal(status, (await page.Ask(Page.Headers(Page.Connect(path, protocol)))).Status);
    }

    public static TheoryData<string, (string, string)[]> Malformed => new()
    {
        { "no method", [(":scheme", "https"), (":authority", "a"), (":path", "/")] },
        { "a plain CONNECT", [(":method", "CONNECT"), (":authority", "a:1")] },
        { "a plain CONNECT with a path", [(":method", "CONNECT"), (":authority", "a:1"), (":path", "/clustercast")] },
        { "a protocol without CONNECT", [(":method", "GET"), (":protocol", "webtransport"), (":scheme", "https"), (":authority", "a"), (":path", "/")] },
        { "http", [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")] },
        { "no authority", [(":method", "GET"), (":scheme", "https"), (":path", "/")] },
        { "a path without a slash", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "x")] },
        { "a path twice", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"), (":path", "/")] },
        { "a status", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"), (":status", "200")] },
        { "a pseudo field behind a regular one", [(":method", "GET"), (":scheme", "https"), ("accept", "x"), (":authority", "a"), (":path", "/")] },
        { "an upper-case name", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"), ("Accept", "x")] },
        { "a field of the connection", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"), ("connection", "close")] },
        { "a line break in a value", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"), ("x", "a\r\nb: c")] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_request_is_answered_with_400(string what, (string, string)[] fields)
    {
        await using var page = new Page();
        Assert.True((await page.Ask(Page.Headers(fields))).Status == 400, what);
    }

    [Fact]
    public async Task A_head_that_is_too_large_is_answered_with_431()
    {
        await using var page = new Page();
        (string, string)[] fields = [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"), ("x", new string('x', 8_000))];
        Assert.Equal(431, (await page.Ask(Page.Headers([.. fields, ("y", new string('y', 200))]))).Status);
        Assert.Equal(431, (await page.Ask(Page.Headers([.. fields, ("y", new string('y', 20_000))]))).Status);
    }

    [Fact]
    public async Task A_second_session_is_answered_with_429()
    {
        await using var page = new Page();
        await page.Open();
        Assert.Equal(429, (await page.Ask(Page.Headers(Page.Connect()))).Status);
    }

    [Fact]
    public async Task Further_streams_of_a_session_are_reset()
    {
        await using var page = new Page();
        var (connect, _) = await page.Open();
        await page.Transport;
        var second = page.Link.Open(true, [.. Page.Varint(0x41), .. Page.Varint((ulong)connect.Id)]);
        Assert.Equal(Http3Error.BufferedStreamRejected, await second.WasReset.WaitAsync(MeshWorld.Bound));
        var oneWay = page.Link.Open(false, [.. Page.Varint(0x54), .. Page.Varint((ulong)connect.Id)]);
        Assert.Equal(Http3Error.BufferedStreamRejected, await oneWay.WasStopped.WaitAsync(MeshWorld.Bound));
        var stranger = page.Link.Open(true, [.. Page.Varint(0x41), .. Page.Varint(400)]);
        Assert.Equal(Http3Error.SessionGone, await stranger.WasReset.WaitAsync(MeshWorld.Bound));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_ends_with_its_capsule_or_with_its_stream(bool capsule)
    {
        await using var page = new Page();
        var (connect, stream) = await page.Open();
        await page.Transport;
        if (capsule)
        {
            connect.Give(0x00, 0x07, 0x68, 0x43, 0x04, 0, 0, 0, 7);
        }
        else
        {
            connect.End();
        }

        Assert.Equal(Http3Error.SessionGone, await stream.WasReset.WaitAsync(MeshWorld.Bound));
        await connect.ReadToEnd();
    }

    [Fact]
    public async Task Capsules_are_passed_over_however_they_are_cut_into_frames()
    {
        await using var page = new Page();
        var (connect, stream) = await page.Open();
        await page.Transport;
        byte[] unknown = [.. Page.Varint(0x190B4D3D), 3, 1, 2, 3];
        byte[] close = [0x68, 0x43, 4, 0, 0, 0, 0];
        connect.Give(Page.Frame(0x21, [1, 2, 3]));
        foreach (var one in unknown.Concat(close))
        {
            connect.Give(Page.Frame(0x00, []));
            connect.Give(Page.Frame(0x00, [one]));
        }

        await stream.WasReset.WaitAsync(MeshWorld.Bound);
    }

    public static TheoryData<string, bool, string, int> Fatal => new()
    {
        { "a control stream without SETTINGS", false, "000700", (int)Http3Error.MissingSettings },
        { "a control stream that ends", false, "000400!", (int)Http3Error.ClosedCriticalStream },
        { "SETTINGS again", false, "0004000400", (int)Http3Error.FrameUnexpected },
        { "DATA on the control stream", false, "0004000000", (int)Http3Error.FrameUnexpected },
        { "a frame of HTTP/2", false, "0004000600", (int)Http3Error.FrameUnexpected },
        { "GOAWAY without an id", false, "0004000700", (int)Http3Error.Frame },
        { "SETTINGS that are huge", false, "00048000ffff", (int)Http3Error.ExcessiveLoad },
        { "a setting that is cut off", false, "000401ff", (int)Http3Error.Frame },
        { "a setting twice", false, "00040421012100", (int)Http3Error.Settings },
        { "a setting of HTTP/2", false, "0004020300", (int)Http3Error.Settings },
        { "a flag of 2", false, "0004020802", (int)Http3Error.Settings },
        { "a push", false, "01", (int)Http3Error.StreamCreation },
        { "an insertion into the table", false, "02c000", (int)Http3Error.QpackEncoderStream },
        { "an acknowledgement", false, "0380", (int)Http3Error.QpackDecoderStream },
        { "an encoder stream that ends", false, "0220!", (int)Http3Error.ClosedCriticalStream },
        { "DATA before a head", true, "000100", (int)Http3Error.FrameUnexpected },
        { "SETTINGS in a request", true, "0400", (int)Http3Error.FrameUnexpected },
        { "PUSH_PROMISE in a request", true, "0500", (int)Http3Error.FrameUnexpected },
        { "a head that is cut off", true, "01050000!", (int)Http3Error.Frame },
        { "a dynamic entry", true, "0103000080", (int)Http3Error.QpackDecompressionFailed },
        { "a long unknown frame", true, "2180100000", (int)Http3Error.ExcessiveLoad },
        { "a session on a stream of the server", true, "404101", (int)Http3Error.Id },
    };

    [Theory]
    [MemberData(nameof(Fatal))]
    public async Task Ends_the_connection_at(string what, bool bidirectional, string hex, int code)
    {
        await using var page = new Page();
        var lane = page.Link.Open(bidirectional, Convert.FromHexString(hex.TrimEnd('!')));
        if (hex.EndsWith('!'))
        {
            lane.End();
        }

        Assert.True((Http3Error)code == await page.Link.Closed.WaitAsync(MeshWorld.Bound), what);
    }

    [Fact]
    public async Task A_second_control_stream_ends_the_connection()
    {
        await using var page = new Page();
        page.Link.Open(false, 0x00, 0x04, 0x00);
        page.Link.Open(false, 0x00, 0x04, 0x00);
        Assert.Equal(Http3Error.StreamCreation, await page.Link.Closed.WaitAsync(MeshWorld.Bound));
    }

    [Fact]
    public async Task What_is_unknown_or_harmless_is_passed_over()
    {
        await using var page = new Page();
        page.Link.Open(false, [0x00, .. Page.Frame(0x04, [0x21, 0x05, 0x08, 0x01]), .. Page.Frame(0x21, new byte[3_000]), .. Page.Frame(0x0d, [0x08])]);
        page.Link.Open(false, 0x02, 0x20);
        page.Link.Open(false, 0x03, 0x44, 0x7f, 0x80, 0x01);
        Assert.Equal(Http3Error.StreamCreation, await page.Link.Open(false, 0x40, 0x21).WasStopped.WaitAsync(MeshWorld.Bound));
        Assert.Equal(404, (await page.Ask([.. Page.Frame(0x21, new byte[100]), .. Page.Headers((":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/"))])).Status);
        await page.Open();
        await page.Transport;
        Assert.False(page.Link.Closed.IsCompleted);
    }

    [Fact]
    public async Task Streams_beyond_the_limit_are_reset_and_the_others_go_on()
    {
        await using var page = new Page();
        var open = Enumerable.Range(0, WebTransportServer.MaxStreams).Select(_ => page.Link.Open(true)).ToList();
        Assert.Equal(Http3Error.RequestRejected, await page.Link.Open(true).WasReset.WaitAsync(MeshWorld.Bound));
        open[3].Give(Page.Headers((":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/")));
        Assert.NotEmpty(await open[3].ReadToEnd());
    }

    [Fact]
    public async Task A_connection_that_never_ends_asking_is_closed()
    {
        await using var page = new Page();
        for (var i = 0; i <= WebTransportServer.MaxStreamsEver; i++)
        {
            page.Link.Open(true);
        }

        Assert.Equal(Http3Error.ExcessiveLoad, await page.Link.Closed.WaitAsync(MeshWorld.Bound));
    }

    [Fact]
    public async Task A_connection_without_a_session_is_closed_when_its_time_is_up()
    {
        var time = new OneTimer();
        await using var page = new Page(time);
        await page.Link.Control.Read(3);
        Assert.Equal(WebTransportServer.SetUpBound, time.Due);
        page.Link.Open(true, 0x01);
        time.Fire();
        Assert.Equal(Http3Error.None, await page.Link.Closed.WaitAsync(MeshWorld.Bound));
    }

    [Fact]
    public async Task A_session_outlives_that_time()
    {
        var time = new OneTimer();
        await using var page = new Page(time);
        await page.Open();
        await page.Transport;
        time.Fire();
        Assert.False(page.Link.Closed.IsCompleted);
    }

    /// <summary>A clock with one timer, which the test lets go off.</summary>
    private sealed class OneTimer : TimeProvider
    {
        private TimerCallback? _callback;

        public TimeSpan Due { get; private set; }

        public void Fire() => _callback!(null);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            Due = dueTime;
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
