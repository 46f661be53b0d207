using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ClusterCast.Protocol.Signing;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>The UDP socket of a node: it listens where the node says so, and is opened on a free port by the first dial where it does not.</summary>
/// <param name="certificate">Proves the node.</param>
/// <param name="relayStaking">What the proof is bound to.</param>
/// <param name="logging">Where it tells what it lacks.</param>
/// <param name="ackAtOnce">See <see cref="QuicOptions.AckAtOnce"/>.</param>
internal sealed class QuicPort(X509Certificate2 certificate, Eip712Domain relayStaking, ILoggerFactory logging, bool ackAtOnce = false) : IAsyncDisposable
{
    private readonly ILogger _log = logging.CreateLogger("ClusterCast.Mesh.Quic");
    private readonly Lock _gate = new();
    private QuicEndpoint? _endpoint;
    private bool _unusable;
    private bool _disposed;

    /// <summary>Proves this node, on QUIC as on TLS.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>The socket; null before it is opened.</summary>
    public QuicEndpoint? Endpoint => Volatile.Read(ref _endpoint);

    /// <summary>Whether QUIC can be tried at all.</summary>
    public bool IsUsable => QuicEndpoint.IsSupported && !Volatile.Read(ref _unusable);

    /// <summary>Listens at once; for port 0 on the wanted port if that is free. False, and a line in the log, when the library is missing; throws <see cref="MeshException"/> when the address cannot be used.</summary>
    public bool TryListen(IPEndPoint at, int? wanted, Action<QuicConnection> accepted)
    {
        if (!QuicEndpoint.IsSupported)
        {
            _log.LogWarning("QUIC is not available here: libclustercast_quic.so or a library that it needs is missing (make native builds it). Peers come by TLS");
            return false;
        }

        _endpoint = (at.Port == 0 && wanted is { } port ? Open(at.Address, port) : null) ?? new QuicEndpoint(Options(at));
        _endpoint.Accept(MeshNode.Protocol, new QuicServer(certificate, RequireClientCertificate: true), accepted);
        return true;
    }

    /// <summary>Dials. Throws <see cref="IOException"/>, <see cref="SocketException"/> or <see cref="System.Security.Authentication.AuthenticationException"/>.</summary>
    public async Task<ITransport> DialAsync(string host, int port, CancellationToken cancel)
    {
        var endpoint = Open();
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);

        // IPv4 first: a name often has an IPv6 address that cannot be reached from here, and TLS would be taken for good.
        var address = addresses.OrderByDescending(a => a.AddressFamily == AddressFamily.InterNetwork).FirstOrDefault() ?? throw new IOException($"{host} has no address.");
        var connection = await endpoint.DialAsync(new IPEndPoint(address, port), new QuicClient(MeshNode.Protocol, certificate), cancel);
        return await QuicTransport.OverDialedAsync(connection, relayStaking, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        if (_endpoint is { } open)
        {
            await open.DisposeAsync();
        }

        certificate.Dispose();
    }

    private QuicEndpoint Open()
    {
        lock (_gate)
        {
            if (_endpoint is { } open)
            {
                return open;
            }

            if (_disposed)
            {
                throw new IOException("The node has stopped.");
            }

            try
            {
                return _endpoint = Open(IPAddress.IPv6Any, 0) ?? Open(IPAddress.Any, 0) ?? throw new IOException("There is no UDP here.");
            }
            catch (IOException)
            {
                _unusable = true;
                _log.LogWarning("QUIC is not available here: no UDP socket can be opened. Relays are reached by TLS");
                throw;
            }
        }
    }

    private QuicEndpoint? Open(IPAddress address, int port)
    {
        try
        {
            return new QuicEndpoint(Options(new IPEndPoint(address, port)));
        }
        catch (MeshException)
        {
            return null;
        }
    }

    // Media must not wait because a radio link loses a packet: at 1 % of loss and 40 ms of round trip CUBIC carries less than 3 Mb/s.
    private QuicOptions Options(IPEndPoint at) => new() { Local = at, Congestion = QuicCongestion.Bbr2, AckAtOnce = ackAtOnce, Logging = logging };
}
