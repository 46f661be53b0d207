using System.Net;
using System.Security.Cryptography;
using ClusterCast.Mesh.Transports.Quic;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>Streams: bytes in order, ends, resets, and a slow reader that bounds memory.</summary>
public sealed class QuicStreamTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Echoes(string address)
    {
        await using var pair = new QuicPair(address: IPAddress.Parse(address));
        var (client, server) = await pair.ConnectAsync();
        Assert.Equal(QuicPair.Alpn, client.Alpn);
        Assert.Equal(QuicPair.ServerCertificate.RawData, client.PeerCertificate);
        Assert.Equal(QuicPair.ClientCertificate.RawData, server.PeerCertificate);
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var stream = await client.OpenAsync(bidirectional: true, QuicPair.Soon);
        var echo = Task.Run(async () =>
        {
            var theirs = await server.AcceptStreamAsync(QuicPair.Soon);
            var buffer = new byte[5000];
            int count;
            while ((count = await theirs!.ReadAsync(buffer, QuicPair.Soon)) > 0)
            {
                await theirs.WriteAsync(buffer.AsMemory(0, count), QuicPair.Soon);
            }

            theirs.Complete();
        });
        var reading = QuicPair.ReadAllAsync(stream);
        await stream.WriteAsync(bytes, QuicPair.Soon);
        stream.Complete();
        Assert.Equal(bytes, await reading);
        await echo;
    }

    [Fact]
    public async Task Dual_stack_socket_serves_both_families()
    {
        await using var pair = new QuicPair(server: o => o with { Local = new IPEndPoint(IPAddress.IPv6Any, 0) });
        var (client, server) = await pair.ConnectAsync(new IPEndPoint(IPAddress.Loopback, pair.Server.Local.Port));
        Assert.Equal(IPAddress.Loopback, server.Remote.Address);
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        opener.Complete();
        Assert.Empty(await QuicPair.ReadAllAsync(other));
    }

    [Fact]
    public async Task Both_sides_open_streams_of_both_kinds()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        foreach (var (from, to) in new[] { (client, server), (server, client) })
        {
            foreach (var bidirectional in new[] { true, false })
            {
                var (opener, other) = await QuicPair.OpenAsync(from, to, bidirectional);
                Assert.Equal(bidirectional, other.IsBidirectional);
                Assert.Equal(opener.Id, other.Id);
                await opener.WriteAsync("to the end"u8.ToArray(), QuicPair.Soon);
                opener.Complete();
                Assert.Equal("to the end"u8.ToArray(), await QuicPair.ReadAllAsync(other));
                if (!bidirectional)
                {
                    await Assert.ThrowsAsync<InvalidOperationException>(async () => await other.WriteAsync(new byte[1], QuicPair.Soon));
                    await Assert.ThrowsAsync<InvalidOperationException>(async () => await opener.ReadAsync(new byte[1], QuicPair.Soon));
                }
            }
        }
    }

    [Fact]
    public async Task More_streams_than_may_be_open_are_opened_as_others_end()
    {
        await using var pair = new QuicPair(server: o => o with { MaxUnidirectional = 3 });
        var (client, server) = await pair.ConnectAsync();
        var reading = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                using var stream = await server.AcceptStreamAsync(QuicPair.Soon);
                Assert.Equal([(byte)i, (byte)i], await QuicPair.ReadAllAsync(stream!));
            }
        });
        for (var i = 0; i < 40; i++)
        {
            var stream = await client.OpenAsync(bidirectional: false, QuicPair.Soon);
            await stream.WriteAsync(new[] { (byte)i, (byte)i }, QuicPair.Soon);
            stream.Complete();
        }

        await reading;
    }

    [Fact]
    public async Task Streams_that_nobody_takes_are_bounded_by_the_limit()
    {
        await using var pair = new QuicPair(server: o => o with { MaxUnidirectional = 3 });
        var (client, _) = await pair.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            var stream = await client.OpenAsync(bidirectional: false, QuicPair.Soon);
            await stream.WriteAsync(new byte[1], QuicPair.Soon);
            stream.Complete();
        }

        // Complete as they are, they take their place until the server has taken them.
        using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.OpenAsync(bidirectional: false, brief.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_reaches_the_reader_with_its_code(bool bidirectional)
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server, bidirectional);
        opener.Reset(77);
        var fault = await Assert.ThrowsAsync<QuicStreamException>(async () => await other.ReadAsync(new byte[10], QuicPair.Soon));
        Assert.Equal(77ul, fault.Code);
        await Assert.ThrowsAsync<IOException>(async () => await opener.WriteAsync(new byte[10], QuicPair.Soon));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_sending_reaches_the_writer_even_while_it_waits(bool bidirectional)
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server, bidirectional);
        var writing = opener.WriteAsync(new byte[8_000_000], QuicPair.Soon).AsTask();
        other.StopSending(78);
        await Assert.ThrowsAsync<QuicStreamException>(() => writing);

        // The connection and its credit are as before.
        var (again, next) = await QuicPair.OpenAsync(client, server);
        var sending = Task.Run(async () =>
        {
            await again.WriteAsync(new byte[5_000_000], QuicPair.Soon);
            again.Complete();
        });
        Assert.Equal(5_000_000, (await QuicPair.ReadAllAsync(next)).Length);
        await sending;
    }

    [Fact]
    public async Task A_slow_reader_bounds_what_is_held_for_it()
    {
        const int Window = 128 * 1024;
        await using var pair = new QuicPair(server: o => o with { StreamWindow = Window, ConnectionWindow = 2 * Window });
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        using var end = new CancellationTokenSource();
        var sent = 0L;
        var writing = Task.Run(async () =>
        {
            var piece = new byte[16 * 1024];
            while (sent < 4_000_000)
            {
                await opener.WriteAsync(piece, end.Token);
                Interlocked.Add(ref sent, piece.Length);
            }
        });

        // The writer stands still when the window and its own queue are full.
        var before = -1L;
        await QuicPair.Until(() =>
        {
            var now = Interlocked.Read(ref sent);
            var still = now == before && now > 0;
            before = now;
            Thread.Sleep(100);
            return still;
        });
        Assert.False(writing.IsCompleted);
        Assert.InRange(before, Window / 2, Window + (3 * 128 * 1024));

        // It goes on as the reader takes.
        var buffer = new byte[64 * 1024];
        for (var taken = 1L; taken < 4_000_000;)
        {
            taken += await other.ReadAsync(buffer, QuicPair.Soon);
        }

        await writing;
    }

    [Fact]
    public async Task A_stream_is_not_held_up_by_another_that_nobody_reads()
    {
        await using var pair = new QuicPair(server: o => o with { StreamWindow = 64 * 1024, ConnectionWindow = 1024 * 1024 });
        var (client, server) = await pair.ConnectAsync();
        var (stuck, _) = await QuicPair.OpenAsync(client, server);
        await stuck.WriteAsync(new byte[100_000], QuicPair.Soon);
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var sending = Task.Run(async () =>
        {
            await opener.WriteAsync(new byte[2_000_000], QuicPair.Soon);
            opener.Complete();
        });
        Assert.Equal(2_000_000, (await QuicPair.ReadAllAsync(other)).Length);
        await sending;
    }

    [Fact]
    public async Task A_read_that_is_cancelled_loses_nothing()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        for (var i = 0; i < 20; i++)
        {
            using var cancel = new CancellationTokenSource();
            var read = other.ReadAsync(new byte[10], cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        }

        await opener.WriteAsync("all of it"u8.ToArray(), QuicPair.Soon);
        opener.Complete();
        Assert.Equal("all of it"u8.ToArray(), await QuicPair.ReadAllAsync(other));
    }
}
