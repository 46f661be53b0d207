using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Tls;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>A socket that accepts and one that dials, on loopback and free ports.</summary>
internal sealed class QuicPair : IAsyncDisposable
{
    public const string Alpn = "test/1";

    private readonly Channel<QuicConnection> _accepted = Channel.CreateUnbounded<QuicConnection>();

    public QuicPair(Func<QuicOptions, QuicOptions>? server = null, Func<QuicOptions, QuicOptions>? client = null, IPAddress? address = null)
    {
        var at = new QuicOptions { Local = new IPEndPoint(address ?? IPAddress.Loopback, 0), Logging = Complaints };
        Server = new QuicEndpoint(server?.Invoke(at) ?? at);
        Client = new QuicEndpoint(client?.Invoke(at) ?? at);
        Server.Accept(Alpn, new QuicServer(ServerCertificate, RequireClientCertificate: true), connection => _accepted.Writer.TryWrite(connection));
    }

    public static X509Certificate2 ServerCertificate { get; } = NodeCertificate.Create(MeshWorld.Key(1), MeshWorld.Domains.RelayStaking);

    public static X509Certificate2 ClientCertificate { get; } = NodeCertificate.Create(MeshWorld.Key(2), MeshWorld.Domains.RelayStaking);

    public static QuicClient Dialer { get; } = new(Alpn, ClientCertificate);

    public ErrorLog Complaints { get; } = new();

    public QuicEndpoint Server { get; }

    public QuicEndpoint Client { get; }

    public static CancellationToken Soon => new CancellationTokenSource(MeshWorld.Bound).Token;

    public async Task<(QuicConnection Client, QuicConnection Server)> ConnectAsync(IPEndPoint? through = null)
    {
        var client = await Client.DialAsync(through ?? Server.Local, Dialer, Soon);
        return (client, await AcceptedAsync());
    }

    public async Task<QuicConnection> AcceptedAsync() => await _accepted.Reader.ReadAsync(Soon);

    /// <summary>A stream of each side's own that are the same one; the first byte opens it at the peer.</summary>
    public static async Task<(QuicStream Opener, QuicStream Other)> OpenAsync(QuicConnection opener, QuicConnection other, bool bidirectional = true)
    {
        var stream = await opener.OpenAsync(bidirectional, Soon);
        await stream.WriteAsync(new byte[] { 1 }, Soon);
        var accepted = await other.AcceptStreamAsync(Soon);
        Assert.NotNull(accepted);
        Assert.Equal(1, await accepted.ReadAsync(new byte[1], Soon));
        return (stream, accepted);
    }

    public static async Task<byte[]> ReadAllAsync(QuicStream stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[8192];
        int count;
        while ((count = await stream.ReadAsync(buffer, Soon)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Waits for what another thread will do.</summary>
    public static async Task Until(Func<bool> condition)
    {
        var cancel = Soon;
        while (!condition())
        {
            await Task.Delay(5, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        Assert.Empty(Complaints.Errors);
    }
}
