using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.WebTransport;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

/// <summary>A page's end of a session over real QUIC, with the stream that carries the frames.</summary>
internal sealed class QuicPage : IAsyncDisposable
{
    private readonly QuicEndpoint _endpoint;
    private readonly QuicConnection _connection;
    private readonly QuicStream _stream;
    private byte[] _rest = [];

    private QuicPage(QuicEndpoint endpoint, QuicConnection connection, QuicStream stream) => (_endpoint, _connection, _stream) = (endpoint, connection, stream);

    /// <summary>What a record calls the certificate that answered.</summary>
    public string CertificateHash => Base64Url.EncodeToString(SHA256.HashData(_connection.PeerCertificate!));

    public static async Task<QuicPage> Open(IPEndPoint to)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        var endpoint = new QuicEndpoint(new QuicOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) });
        var connection = await endpoint.DialAsync(to, new QuicClient(WebTransportListener.Protocol), bound.Token);
        var control = await connection.OpenAsync(bidirectional: false, bound.Token);
        await control.WriteAsync(new byte[] { 0x00, 0x04, 0x02, 0x33, 0x01 }, bound.Token);
        var connect = await connection.OpenAsync(bidirectional: true, bound.Token);
        await connect.WriteAsync(Page.Headers(Page.Connect()), bound.Token);
        var status = new byte[5];
        for (var filled = 0; filled < status.Length;)
        {
            filled += await connect.ReadAsync(status.AsMemory(filled), bound.Token);
        }

        Assert.Equal([1, 3, 0, 0, 0xd9], status);
        var stream = await connection.OpenAsync(bidirectional: true, bound.Token);
        await stream.WriteAsync(new byte[] { 0x40, 0x41, (byte)connect.Id }, bound.Token);
        return new QuicPage(endpoint, connection, stream);
    }

    public async Task Send(byte[] bytes)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        await _stream.WriteAsync(bytes, bound.Token);
    }

    /// <summary>Reads up to a frame of this type.</summary>
    public async Task<RawFrame> Read(FrameType wanted)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            while (Frame.TryRead(_rest, out var type, out var header, out var length))
            {
                var frame = new RawFrame(type, _rest.AsSpan(header, length).ToArray());
                _rest = _rest[(header + length)..];
                if (type == wanted)
                {
                    return frame;
                }
            }

            var count = await _stream.ReadAsync(buffer, bound.Token);
            Assert.True(count > 0, $"The stream ended before {wanted}.");
            _rest = [.. _rest, .. buffer.AsSpan(0, count)];
        }
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();
}
