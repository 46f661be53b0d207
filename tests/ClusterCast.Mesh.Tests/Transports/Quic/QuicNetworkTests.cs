using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ClusterCast.Mesh.Transports.Quic;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>What the network does to connections: moved addresses, forgetful servers, floods, other versions, noise.</summary>
public sealed class QuicNetworkTests
{
    [Fact]
    public async Task A_connection_survives_a_change_of_the_clients_address()
    {
        await using var pair = new QuicPair();
        await using var proxy = new UdpProxy(pair.Server.Local);
        var (client, server) = await pair.ConnectAsync(proxy.Local);
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        for (var move = 0; move < 3; move++)
        {
            var address = proxy.Rebind();
            await EchoAsync(opener, other, 50_000);
            await QuicPair.Until(() => server.Remote.Equals(address));
        }

        Assert.True(pair.Server.Statistics.Migrations >= 3);
        Assert.Equal(1ul, pair.Server.Statistics.Connected);
    }

    [Fact]
    public async Task A_window_of_datagrams_that_is_lost_as_a_whole_holds_up_nothing_for_long()
    {
        await using var pair = new QuicPair();
        await using var proxy = new UdpProxy(pair.Server.Local);
        var (client, server) = await pair.ConnectAsync(proxy.Local);
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var datagram = new byte[1_000];
        for (var outage = 0; outage < 5; outage++)
        {
            // The answer acknowledges the question: nothing of the stream is under way when the datagrams fill the window.
            await EchoAsync(opener, other, 10);
            var swallowed = proxy.Swallowed;
            proxy.SwallowForward = true;
            while (client.TrySendDatagram(datagram))
            {
                // As many as wait.
            }

            // The least window is two packets.
            await QuicPair.Until(() => proxy.Swallowed >= swallowed + 2);
            proxy.SwallowForward = false;
            await EchoAsync(opener, other, 10).WaitAsync(TimeSpan.FromSeconds(8));
        }
    }

    [Fact]
    public async Task A_server_that_has_forgotten_a_connection_resets_it()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        await using var pair = new QuicPair(server: o => o with { Secret = secret });
        await using var proxy = new UdpProxy(pair.Server.Local);
        var (client, server) = await pair.ConnectAsync(proxy.Local);
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        await EchoAsync(opener, other, 10);

        // It goes without a word and comes back with its secret only.
        proxy.SwallowForward = proxy.SwallowReturn = true;
        await pair.Server.DisposeAsync();
        await using var again = new QuicEndpoint(new QuicOptions { Local = pair.Server.Local, Secret = secret });
        proxy.Rebind(); // its last words may still lie in the proxy's old socket
        proxy.SwallowForward = proxy.SwallowReturn = false;
        await opener.WriteAsync(new byte[2_000], QuicPair.Soon);
        Assert.Equal(QuicCloseCause.StatelessReset, (await client.Closed.WaitAsync(MeshWorld.Bound)).Cause);
        await QuicPair.Until(() => again.Statistics.ResetsSent > 0 && pair.Client.Statistics.ResetsReceived == 1);
    }

    [Fact]
    public async Task A_client_proves_its_address_when_the_server_asks()
    {
        await using var pair = new QuicPair(server: o => o with { RetryAbove = 0 });
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        await EchoAsync(opener, other, 10_000);
        Assert.Equal(1ul, pair.Server.Statistics.RetriesSent);
        Assert.Equal(1ul, pair.Server.Statistics.Connected);
    }

    [Fact]
    public async Task A_flood_of_first_packets_is_answered_with_retry_and_disturbs_nobody()
    {
        await using var pair = new QuicPair(server: o => o with { AddressBurst = 20, AddressRate = 1 });
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        using var flooder = Socket();
        for (var i = 0; i < 500; i++)
        {
            await flooder.SendToAsync(Initial(token: []), pair.Server.Local);
            if (i % 50 == 0)
            {
                await EchoAsync(opener, other, 5_000);
            }
        }

        await QuicPair.Until(() => pair.Server.Statistics.RetriesSent >= 400);
        Assert.Equal(0ul, pair.Server.Statistics.AllocationFailures);

        // What the flood began is gone, and an honest client gets in by the same door.
        await QuicPair.Until(() => pair.Server.Statistics is { Handshakes: 0, Connections: 1 });
        await pair.ConnectAsync();
    }

    [Fact]
    public async Task Handshakes_that_nobody_finishes_are_bounded()
    {
        await using var pair = new QuicPair(server: o => o with { MaxHandshakes = 5, HandshakeTimeout = TimeSpan.FromSeconds(1) });
        await using var proxy = new UdpProxy(pair.Server.Local) { SwallowReturn = true };
        using var cancel = new CancellationTokenSource();
        var dials = Enumerable.Range(0, 12).Select(_ => pair.Client.DialAsync(proxy.Local, QuicPair.Dialer, cancel.Token)).ToList();
        await QuicPair.Until(() => pair.Server.Statistics.FloodsDropped >= 7);
        Assert.True(pair.Server.Statistics.Handshakes <= 5);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(dials));
        await QuicPair.Until(() => pair.Server.Statistics.Handshakes == 0);
        await pair.ConnectAsync();
    }

    [Fact]
    public async Task A_forged_token_is_refused()
    {
        await using var pair = new QuicPair();
        using var socket = Socket();
        var forged = RandomNumberGenerator.GetBytes(60);
        forged[0] = 0xb6; // the mark of a Retry token
        await socket.SendToAsync(Initial(forged), pair.Server.Local);
        var answer = await AnswerAsync(socket);
        Assert.Equal(0xc0, answer[0] & 0xf0); // an Initial packet: CONNECTION_CLOSE with INVALID_TOKEN is in it
        await QuicPair.Until(() => pair.Server.Statistics is { BadTokens: 1, Connections: 0 });
    }

    [Fact]
    public async Task Another_version_is_answered_with_the_one_that_is_spoken()
    {
        await using var pair = new QuicPair();
        using var socket = Socket();
        var packet = Initial(token: []);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), 0x1a2a3a4a);
        await socket.SendToAsync(packet.AsMemory(0, 600), pair.Server.Local);
        await socket.SendToAsync(packet, pair.Server.Local);
        var answer = await AnswerAsync(socket);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(1)));
        Assert.Equal(packet[5..14], answer[14..23]); // the ids change places
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(answer.Length - 4)));

        // A packet that is too small to begin a connection is answered by nothing: it could be somebody else's address.
        await QuicPair.Until(() => pair.Server.Statistics is { VersionsSent: 1, StrayPackets: 1, BadPackets: 1 });
    }

    [Fact]
    public async Task Noise_is_counted_and_disturbs_nobody()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var random = new Random(11);
        using var socket = Socket();
        var before = Refused(pair.Server.Statistics);
        const int Packets = 3_000;
        for (var i = 0; i < Packets; i++)
        {
            var noise = new byte[random.Next(1, 1_452)];
            random.NextBytes(noise);
            await socket.SendToAsync(noise, pair.Server.Local);
            if (i % 300 == 0)
            {
                await EchoAsync(opener, other, 20_000);
            }
        }

        await QuicPair.Until(() => Refused(pair.Server.Statistics) - before == Packets);
        Assert.True(pair.Server.Statistics.ResetsSent + pair.Server.Statistics.AnswersWithheld > 0);
        await EchoAsync(opener, other, 100_000);
        await pair.ConnectAsync();
    }

    [Fact]
    public async Task Mutated_packets_of_a_living_connection_are_borne()
    {
        await using var pair = new QuicPair();
        await using var proxy = new UdpProxy(pair.Server.Local);
        var random = new Random(12);
        var injected = 0;
        proxy.Seen = async datagram =>
        {
            for (var copies = 0; copies < 3; copies++)
            {
                var mutant = datagram[..random.Next(1, datagram.Length + 1)];
                for (var changes = random.Next(1, 4); changes > 0; changes--)
                {
                    mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
                }

                Interlocked.Increment(ref injected);
                await proxy.InjectAsync(mutant);
            }
        };
        for (var i = 0; i < 10; i++)
        {
            var (client, server) = await pair.ConnectAsync(proxy.Local);
            var (opener, other) = await QuicPair.OpenAsync(client, server);
            await EchoAsync(opener, other, 60_000);
            client.Close(0, "");
            Assert.Equal(QuicCloseCause.Peer, (await server.Closed.WaitAsync(MeshWorld.Bound)).Cause);
        }

        Assert.True(injected > 500);
        Assert.Equal(10ul, pair.Server.Statistics.Connected);
    }

    [Fact]
    public async Task A_connection_survives_lost_packets_and_counts_them()
    {
        await using var pair = new QuicPair();
        await using var proxy = new UdpProxy(pair.Server.Local);
        var (client, server) = await pair.ConnectAsync(proxy.Local);
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var random = new Random(13);
        proxy.Seen = _ =>
        {
            proxy.SwallowForward = random.Next(20) == 0;
            return Task.CompletedTask;
        };
        using var end = new CancellationTokenSource();
        var pardon = Task.Run(async () =>
        {
            // A swallowed packet is not seen: let the next one pass.
            while (!end.IsCancellationRequested)
            {
                proxy.SwallowForward = false;
                await Task.Delay(1);
            }
        });
        await EchoAsync(opener, other, 3_000_000);
        await end.CancelAsync();
        await pardon;
        proxy.Seen = null;
        proxy.SwallowForward = false;
        await EchoAsync(opener, other, 1_000);
        Assert.True(client.Statistics.LostPackets > 0);
    }

    // Everything of a stranger that came to nothing.
    private static ulong Refused(QuicEndpointStatistics s) => s.BadPackets + s.StrayPackets + s.RawReceived + s.RawDropped + s.BadTokens + s.HandshakesFailed;

    private static async Task EchoAsync(QuicStream opener, QuicStream other, int bytes)
    {
        var there = RandomNumberGenerator.GetBytes(bytes);
        var writing = opener.WriteAsync(there, QuicPair.Soon);
        var got = new byte[bytes];
        for (var at = 0; at < bytes;)
        {
            at += await other.ReadAsync(got.AsMemory(at), QuicPair.Soon);
        }

        await writing;
        Assert.Equal(there, got);
    }

    private static Socket Socket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task<byte[]> AnswerAsync(Socket socket)
    {
        var buffer = new byte[2048];
        return buffer[..await socket.ReceiveAsync(buffer, QuicPair.Soon)];
    }

    // RFC 9000 §17.2.2: a well-formed Initial packet whose protected part is noise.
    private static byte[] Initial(byte[] token)
    {
        var packet = RandomNumberGenerator.GetBytes(1200);
        packet[0] = (byte)(0xc0 | (packet[0] & 0x0f));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), 1);
        packet[5] = 8;
        packet[14] = 8;
        packet[23] = (byte)token.Length;
        token.CopyTo(packet, 24);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24 + token.Length), (ushort)(0x4000 | (1200 - 26 - token.Length)));
        return packet;
    }
}
