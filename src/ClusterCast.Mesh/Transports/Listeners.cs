using System.Net;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Mesh.Transports.WebTransport;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>Where a node is reached: TLS, QUIC and, on the port of QUIC, WebTransport.</summary>
internal sealed class Listeners(MeshOptions options, Connector connector) : IAsyncDisposable
{
    private TlsListener? _tls;
    private WebTransportListener? _webTransport;
    private bool _quicListens;

    /// <summary>The TLS address that is listened on; null without one.</summary>
    public IPEndPoint? Tls => _tls?.Local;

    /// <summary>The UDP address that QUIC and WebTransport are taken on; null without one.</summary>
    public IPEndPoint? Quic => _quicListens ? connector.Quic.Endpoint?.Local : null;

    /// <summary>The addresses for the node's record, as far as others can use what is listened on.</summary>
    public IReadOnlyList<Endpoint> Endpoints =>
    [
        .. Quic is { } quic && IsReachable(quic) ? [new Endpoint(EndpointKind.Quic, $"quic://{quic}")] : (Endpoint[])[],
        .. Tls is { } tls && IsReachable(tls) ? [new Endpoint(EndpointKind.Tls, $"tls://{tls}")] : (Endpoint[])[],
    ];

    /// <summary>Listens as the options say. Throws <see cref="MeshException"/> when a port is in use.</summary>
    public void Open(CancellationToken stop)
    {
        if (options.TlsListen is { } at)
        {
            _tls = new TlsListener(at, socket => _ = connector.AcceptAsync(socket, stop));
        }

        if (options.QuicListen is { } udp)
        {
            _quicListens = connector.Quic.TryListen(udp, Tls?.Port, connection => _ = connector.AcceptAsync(connection, stop));
            _webTransport = _quicListens ? new WebTransportListener(connector.Quic.Endpoint!, options, connector.AcceptAsync) : null;
        }
    }

    /// <summary>An address as the record gives it: one of WebTransport with the hashes of the certificates that may answer.</summary>
    public Endpoint Name(Endpoint endpoint) => _webTransport?.Name(endpoint) ?? endpoint;

    /// <summary>Looks after the certificates; true when <see cref="Name"/> gives something else now.</summary>
    public bool Update() => _webTransport?.Update() == true;

    /// <summary>Takes no more TCP connections; those that are open go on.</summary>
    public ValueTask CloseAsync() => _tls?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Ends WebTransport too, when its connections have ended.</summary>
    public ValueTask DisposeAsync() => _webTransport?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool IsReachable(IPEndPoint at) => !at.Address.Equals(IPAddress.Any) && !at.Address.Equals(IPAddress.IPv6Any);
}
