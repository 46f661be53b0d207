using System.Net;
using System.Security.Cryptography;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Quic.Native;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>Connections: how they begin, what both sides learn of their end, datagrams, keys.</summary>
public sealed class QuicConnectionTests
{
    [Fact]
    public async Task Many_connections_share_two_sockets()
    {
        await using var pair = new QuicPair();
        var connections = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => pair.Client.DialAsync(pair.Server.Local, QuicPair.Dialer, QuicPair.Soon)));
        var serving = Task.WhenAll(Enumerable.Range(0, connections.Length).Select(async _ =>
        {
            var server = await pair.AcceptedAsync();
            var stream = await server.AcceptStreamAsync(QuicPair.Soon);
            await stream!.WriteAsync(await QuicPair.ReadAllAsync(stream), QuicPair.Soon);
            stream.Complete();
        }));
        await Task.WhenAll(connections.Select(async connection =>
        {
            var bytes = RandomNumberGenerator.GetBytes(20_000);
            var stream = await connection.OpenAsync(bidirectional: true, QuicPair.Soon);
            await stream.WriteAsync(bytes, QuicPair.Soon);
            stream.Complete();
            Assert.Equal(bytes, await QuicPair.ReadAllAsync(stream));
        }));
        await serving;
        Assert.Equal(100ul, pair.Server.Statistics.Connected);
    }

    [Fact]
    public async Task One_socket_accepts_and_dials_at_once()
    {
        await using var pair = new QuicPair();
        var accepted = new TaskCompletionSource<QuicConnection>();
        pair.Client.Accept("back/1", new QuicServer(QuicPair.ClientCertificate, RequireClientCertificate: false), accepted.SetResult);
        await pair.ConnectAsync();
        var back = await pair.Server.DialAsync(pair.Client.Local, new QuicClient("back/1"), QuicPair.Soon);
        Assert.Null((await accepted.Task.WaitAsync(MeshWorld.Bound)).PeerCertificate);
        Assert.Equal("back/1", back.Alpn);
    }

    [Fact]
    public async Task The_protocol_decides_on_certificate_and_taker_and_both_can_be_replaced()
    {
        await using var pair = new QuicPair();
        using var browser = ClusterCast.Mesh.Transports.Tls.NodeCertificate.Create(MeshWorld.Key(8), MeshWorld.Domains.RelayStaking);
        var taken = 0;
        pair.Server.Accept("h3", new QuicServer(browser, RequireClientCertificate: false), _ => Interlocked.Increment(ref taken));
        var h3 = await pair.Client.DialAsync(pair.Server.Local, new QuicClient("h3"), QuicPair.Soon);
        Assert.Equal(browser.RawData, h3.PeerCertificate);
        Assert.Equal(QuicPair.ServerCertificate.RawData, (await pair.ConnectAsync()).Client.PeerCertificate);
        await QuicPair.Until(() => taken == 1);

        using var renewed = ClusterCast.Mesh.Transports.Tls.NodeCertificate.Create(MeshWorld.Key(8), MeshWorld.Domains.RelayStaking);
        pair.Server.Accept("h3", new QuicServer(renewed, RequireClientCertificate: false), _ => Interlocked.Increment(ref taken));
        Assert.Equal(renewed.RawData, (await pair.Client.DialAsync(pair.Server.Local, new QuicClient("h3"), QuicPair.Soon)).PeerCertificate);
        await QuicPair.Until(() => taken == 2);
        Assert.False(h3.Closed.IsCompleted);
    }

    [Fact]
    public async Task A_protocol_that_nobody_speaks_fails_the_handshake()
    {
        await using var pair = new QuicPair();
        var fault = await Assert.ThrowsAsync<QuicException>(() => pair.Client.DialAsync(pair.Server.Local, new QuicClient("nonsense/9", QuicPair.ClientCertificate), QuicPair.Soon));
        Assert.Equal(QuicCloseCause.PeerTransport, fault.Close!.Cause);
        Assert.Equal(0x178ul, fault.Close.Code); // CRYPTO_ERROR + no_application_protocol (RFC 9001 §8.1)
        await QuicPair.Until(() => pair.Server.Statistics.HandshakesFailed == 1);
        await pair.ConnectAsync();
    }

    [Fact]
    public async Task A_client_without_the_wanted_certificate_is_refused()
    {
        await using var pair = new QuicPair();
        var refused = await Record.ExceptionAsync(async () =>
        {
            // In TLS 1.3 the client is done before the server has seen that a certificate is missing.
            var connection = await pair.Client.DialAsync(pair.Server.Local, new QuicClient(QuicPair.Alpn), QuicPair.Soon);
            throw new QuicException("closed", await connection.Closed.WaitAsync(MeshWorld.Bound));
        });
        Assert.Equal(QuicCloseCause.PeerTransport, Assert.IsType<QuicException>(refused).Close!.Cause);
        await QuicPair.Until(() => pair.Server.Statistics.HandshakesFailed == 1);
        Assert.Equal(0ul, pair.Server.Statistics.Connected);
    }

    [Fact]
    public async Task Both_sides_learn_of_a_close_with_its_code_and_reason()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var reading = other.ReadAsync(new byte[10], QuicPair.Soon).AsTask();
        var accepting = server.AcceptStreamAsync(QuicPair.Soon).AsTask();
        client.Close(4321, "enough");
        Assert.Equal(new QuicClose(QuicCloseCause.Us, 4321, ""), await client.Closed.WaitAsync(MeshWorld.Bound));
        Assert.Equal(new QuicClose(QuicCloseCause.Peer, 4321, "enough"), await server.Closed.WaitAsync(MeshWorld.Bound));
        await Assert.ThrowsAsync<QuicException>(() => reading);
        Assert.Null(await accepting);
        await Assert.ThrowsAsync<QuicException>(async () => await opener.WriteAsync(new byte[1], QuicPair.Soon));
        await Assert.ThrowsAsync<QuicException>(async () => await client.OpenAsync(bidirectional: true, QuicPair.Soon));
        Assert.False(client.TrySendDatagram(new byte[1]));
        Assert.True(client.Statistics.SentPackets > 0);
    }

    [Fact]
    public async Task What_was_written_before_a_close_is_still_read()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        await opener.WriteAsync("goodbye"u8.ToArray(), QuicPair.Soon);
        client.Close(0, "");
        await server.Closed.WaitAsync(MeshWorld.Bound);
        var buffer = new byte[100];
        Assert.Equal(7, await other.ReadAsync(buffer, QuicPair.Soon));
        await Assert.ThrowsAsync<QuicException>(async () => await other.ReadAsync(buffer, QuicPair.Soon));
    }

    [Fact]
    public async Task Silence_ends_a_connection_unless_it_is_kept_alive()
    {
        await using var pair = new QuicPair(server: o => o with { IdleTimeout = TimeSpan.FromMilliseconds(400) });
        var (client, server) = await pair.ConnectAsync();
        Assert.Equal(QuicCloseCause.Idle, (await server.Closed.WaitAsync(MeshWorld.Bound)).Cause);
        Assert.Equal(QuicCloseCause.Idle, (await client.Closed.WaitAsync(MeshWorld.Bound)).Cause);

        QuicOptions Idle(QuicOptions o) => o with { IdleTimeout = TimeSpan.FromSeconds(2) };
        await using var lively = new QuicPair(server: Idle, client: o => o with { KeepAlive = TimeSpan.FromMilliseconds(200) });
        await using var silent = new QuicPair(server: Idle);
        var (kept, _) = await lively.ConnectAsync();
        var (left, _) = await silent.ConnectAsync();

        // The silent one was connected later: when its time is up, that of the other one is too.
        Assert.Equal(QuicCloseCause.Idle, (await left.Closed.WaitAsync(MeshWorld.Bound)).Cause);
        Assert.False(kept.Closed.IsCompleted);
    }

    [Fact]
    public async Task A_dial_that_is_not_answered_ends_when_it_is_cancelled_or_takes_too_long()
    {
        using var hole = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        hole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var pair = new QuicPair(client: o => o with { HandshakeTimeout = TimeSpan.FromMilliseconds(600) });
        using var brief = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Client.DialAsync((IPEndPoint)hole.LocalEndPoint!, QuicPair.Dialer, brief.Token));
        var fault = await Assert.ThrowsAsync<QuicException>(() => pair.Client.DialAsync((IPEndPoint)hole.LocalEndPoint!, QuicPair.Dialer, QuicPair.Soon));
        Assert.Equal(QuicCloseCause.HandshakeTimeout, fault.Close!.Cause);
    }

    [Fact]
    public async Task Datagrams_go_both_ways_and_have_a_limit()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        foreach (var (from, to) in new[] { (client, server), (server, client) })
        {
            Assert.InRange(from.MaxDatagram, 1_100, 1_452);
            var got = new System.Collections.Concurrent.ConcurrentQueue<byte[]>();
            to.Datagram = bytes => got.Enqueue(bytes.ToArray());
            Assert.False(from.TrySendDatagram(new byte[from.MaxDatagram + 1]));
            for (var i = 0; i < 50; i++)
            {
                var datagram = RandomNumberGenerator.GetBytes(i == 0 ? from.MaxDatagram : 1 + (20 * i));
                Assert.True(from.TrySendDatagram(datagram));
                await QuicPair.Until(() => got.TryPeek(out _));
                Assert.True(got.TryDequeue(out var received));
                Assert.Equal(datagram, received);
            }
        }
    }

    [Fact]
    public async Task Bare_datagrams_come_from_the_same_socket()
    {
        await using var pair = new QuicPair();
        var got = new System.Collections.Concurrent.ConcurrentQueue<(IPEndPoint From, byte[] Bytes)>();
        pair.Server.Raw = (from, bytes) => got.Enqueue((from, bytes.ToArray()));
        Assert.False(pair.Client.TrySendRaw(pair.Server.Local, [64, 1, 2]));
        Assert.True(pair.Client.TrySendRaw(pair.Server.Local, [7, 1, 2]));
        await QuicPair.Until(() => !got.IsEmpty);
        Assert.True(got.TryDequeue(out var first));
        Assert.Equal(pair.Client.Local, first.From);
        Assert.Equal([7, 1, 2], first.Bytes);
        await pair.ConnectAsync();
        Assert.Equal(1ul, pair.Server.Statistics.RawReceived);
    }

    [Fact]
    public async Task Keys_are_updated_in_the_middle_of_a_long_transfer()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var bytes = RandomNumberGenerator.GetBytes(1_000_000);
        var reading = QuicPair.ReadAllAsync(other);
        for (var i = 0; i < 4; i++)
        {
            await opener.WriteAsync(bytes, QuicPair.Soon);
            client.UpdateKey();
        }

        opener.Complete();
        var read = await reading;
        Assert.Equal(4_000_000, read.Length);
        Assert.Equal(bytes, read.AsSpan(3_000_000).ToArray());
        await QuicPair.Until(() =>
        {
            // An update is refused until the one before is confirmed: go on asking until two have taken place.
            client.UpdateKey();
            _ = client.TrySendDatagram([1]);
            return client.Statistics.KeyUpdates >= 2 && server.Statistics.KeyUpdates >= 2;
        });
    }

    [Theory]
    [InlineData((int)QuicCongestion.Reno)]
    [InlineData((int)QuicCongestion.Cubic)]
    [InlineData((int)QuicCongestion.Bbr)]
    public async Task Every_congestion_control_carries(int congestion)
    {
        await using var pair = new QuicPair(
            server: o => o with { Congestion = (QuicCongestion)congestion, ReceiveOffload = true },
            client: o => o with { Congestion = (QuicCongestion)congestion, ReceiveOffload = true, SegmentationOffload = false });
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var reading = QuicPair.ReadAllAsync(other);
        await opener.WriteAsync(new byte[3_000_000], QuicPair.Soon);
        opener.Complete();
        Assert.Equal(3_000_000, (await reading).Length);
        await QuicPair.Until(() => client.Statistics.RoundTripNs > 0 && client.Statistics.SentBytes > 3_000_000);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        await using var pair = new QuicPair();
        var refusal = Assert.Throws<MeshException>(() => new QuicEndpoint(new QuicOptions { Local = pair.Server.Local }));
        Assert.Contains($"port {pair.Server.Local.Port}", refusal.Message);
        Assert.True(QuicNative.IsThere);
    }

    [Fact]
    public async Task A_certificate_without_a_key_is_refused_with_the_cause()
    {
        await using var pair = new QuicPair();
        using var bare = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(QuicPair.ServerCertificate.RawData);
        Assert.Contains("private key", Assert.Throws<QuicException>(() => pair.Server.Accept("x", new QuicServer(bare, false), _ => { })).Message);
    }

    [Fact]
    public async Task An_endpoint_that_is_disposed_of_ends_its_connections_on_both_sides()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        await pair.Client.DisposeAsync();
        Assert.Equal(QuicCloseCause.Us, (await client.Closed.WaitAsync(MeshWorld.Bound)).Cause);
        Assert.Equal(QuicCloseCause.Peer, (await server.Closed.WaitAsync(MeshWorld.Bound)).Cause);
        await Assert.ThrowsAsync<QuicException>(async () => await opener.WriteAsync(new byte[1], QuicPair.Soon));
        await Assert.ThrowsAsync<QuicException>(() => pair.Client.DialAsync(pair.Server.Local, QuicPair.Dialer, QuicPair.Soon));
        Assert.False(pair.Client.TrySendRaw(pair.Server.Local, [1]));
        Assert.Equal(default, pair.Client.Statistics);
        other.Dispose();
    }
}
