using System.Net;
using System.Security.Cryptography;
using ClusterCast.Mesh.Transports.Quic;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>Streams: bytes in order, ends, resets, and a slow reader that bounds memory.</summary>
public class QuicStreamTests
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
}
