using System.Security.Cryptography;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Quic.Native;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>What is allocated and what is left. Alone, since both are counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class QuicMemoryTests
{
    [Fact]
    public async Task Reading_and_writing_allocate_nothing_in_steady_state()
    {
        await using var pair = new QuicPair();
        var (client, server) = await pair.ConnectAsync();
        var (opener, other) = await QuicPair.OpenAsync(client, server);
        var piece = new byte[1_000];
        var buffer = new byte[1_000];
        async Task Exchange(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                await opener.WriteAsync(piece, CancellationToken.None);
                for (var got = 0; got < piece.Length;)
                {
                    got += await other.ReadAsync(buffer, CancellationToken.None);
                }
            }
        }

        await Exchange(2_000);
        var packets = client.Statistics.SentPackets;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Exchange(5_000);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        await QuicPair.Until(() => client.Statistics.SentPackets > packets + 4_000);

        // An allocation of our own would have 24 bytes at least; what the runtime does now and then is far below that.
        Assert.True(allocated < 5_000 * 16, $"{allocated} bytes for 5,000 packets there and their acknowledgements back");
    }

    [Fact]
    public async Task Nothing_native_is_left_when_the_sockets_are_closed_in_the_middle_of_everything()
    {
        var before = QuicNative.Slabs();
        for (var round = 0; round < 5; round++)
        {
            var pair = new QuicPair();
            var (client, server) = await pair.ConnectAsync();
            var (opener, other) = await QuicPair.OpenAsync(client, server);
            var (reset, _) = await QuicPair.OpenAsync(server, client, bidirectional: false);
            reset.Reset(1);
            for (var i = 0; i < 20; i++)
            {
                client.TrySendDatagram(RandomNumberGenerator.GetBytes(1_000));
            }

            var writing = opener.WriteAsync(new byte[3_000_000], QuicPair.Soon).AsTask();
            Assert.True(await other.ReadAsync(new byte[100_000], QuicPair.Soon) > 0);
            var dialing = pair.Client.DialAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 9), QuicPair.Dialer, QuicPair.Soon);
            await pair.DisposeAsync();
            await Assert.ThrowsAsync<QuicException>(() => writing);
            await Assert.ThrowsAsync<QuicException>(() => dialing);

            // What had come can still be read, and is held until then.
            var buffer = new byte[64 * 1024];
            await Assert.ThrowsAsync<QuicException>(async () =>
            {
                while (true)
                {
                    await other.ReadAsync(buffer, QuicPair.Soon);
                }
            });
        }

        await QuicPair.Until(() => QuicNative.Slabs() <= before);
    }
}
