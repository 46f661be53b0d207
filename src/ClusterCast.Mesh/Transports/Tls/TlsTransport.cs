using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Transports.Tls;

/// <summary>TLS 1.3 over TCP; both sides show a certificate that proves their node id.</summary>
internal sealed class TlsTransport : ITransport
{
    // A deep kernel buffer would hide a slow subscriber for many seconds of media.
    private const int SendBufferBytes = 256 * 1024;

    private readonly Socket _socket;
    private readonly SslStream _stream;

    private TlsTransport(Socket socket, SslStream stream, Address peer)
    {
        _socket = socket;
        _stream = stream;
        ProvenPeer = peer;
        Seen = socket.RemoteEndPoint as IPEndPoint;
        Remote = $"tls://{socket.RemoteEndPoint}";
    }

    /// <inheritdoc/>
    public string Name => "tls";

    /// <inheritdoc/>
    public Address? ProvenPeer { get; }

    /// <inheritdoc/>
    public string Remote { get; }

    /// <inheritdoc/>
    public IPEndPoint? Seen { get; }

    /// <summary>The dialing side. Throws <see cref="IOException"/> or <see cref="AuthenticationException"/>.</summary>
    public static async Task<TlsTransport> DialAsync(string host, int port, X509Certificate2 own, Eip712Domain relayStaking, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, cancel);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException ? new IOException($"{host}:{port} does not answer ({e.Message}).", e) : e;
        }

        return await SecureAsync(
            socket,
            relayStaking,
            (stream, validate) => stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "clustercast",
                    ClientCertificates = [own],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => own,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = [new SslApplicationProtocol(MeshNode.Protocol)],
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = validate,
                    AllowTlsResume = false,
                },
                cancel));
    }

    /// <summary>The accepting side. Throws <see cref="IOException"/> or <see cref="AuthenticationException"/>.</summary>
    public static Task<TlsTransport> AcceptAsync(Socket socket, X509Certificate2 own, Eip712Domain relayStaking, CancellationToken cancel) => SecureAsync(
        socket,
        relayStaking,
        (stream, validate) => stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = own,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [new SslApplicationProtocol(MeshNode.Protocol)],
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = validate,
                AllowTlsResume = false,
            },
            cancel));

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel) => _stream.ReadAsync(buffer, cancel);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel) => _stream.WriteAsync(frames, cancel);

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        // No close_notify: SslStream would call SSL_shutdown beside the SSL_read of the receiving loop, which OpenSSL allows on no connection. Goodbye says that it was meant.
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The connection was cut first.", e);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Abort() => _socket.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private static async Task<TlsTransport> SecureAsync(
        Socket socket, Eip712Domain relayStaking, Func<SslStream, RemoteCertificateValidationCallback, Task> authenticate)
    {
        socket.NoDelay = true;
        socket.SendBufferSize = SendBufferBytes;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            var peer = default(Address);
            await authenticate(stream, (_, certificate, _, _) => NodeCertificate.TryGetNode(certificate as X509Certificate2, relayStaking, out peer));
            if (stream.NegotiatedApplicationProtocol.ToString() != MeshNode.Protocol)
            {
                throw new AuthenticationException($"The peer does not speak {MeshNode.Protocol}.");
            }

            return new TlsTransport(socket, stream, peer);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
