using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.WebTransport.Certificates;
using ClusterCast.Mesh.Transports.WebTransport.Http3;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports.WebTransport;

/// <summary>Takes the HTTP/3 connections of a QUIC endpoint and makes transports of their sessions.</summary>
internal sealed class WebTransportListener : IAsyncDisposable
{
    /// <summary>ALPN of HTTP/3.</summary>
    public const string Protocol = "h3";

    // Connections that have not opened a session yet; more are closed.
    private const int MaxWaiting = 256;

    private readonly QuicEndpoint _endpoint;
    private readonly CertificateKeeper _certificates;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<ITransport, Task> _run;
    private readonly CancellationTokenSource _stop = new();
    private int _waiting;

    /// <summary>Accepts at once.</summary>
    /// <param name="endpoint">Stays the caller's.</param>
    /// <param name="options">Data directory, clock and logging.</param>
    /// <param name="run">Takes an open transport and ends with its connection.</param>
    public WebTransportListener(QuicEndpoint endpoint, MeshOptions options, Func<ITransport, Task> run)
    {
        _endpoint = endpoint;
        _time = options.Time;
        _log = options.Logging.CreateLogger("ClusterCast.Mesh.WebTransport");
        _run = run;
        _certificates = new CertificateKeeper(options.DataDirectory, _time, _log);
        Accept();
    }

    /// <summary>An address for the record: the hashes of the certificates that may answer are added to one of this kind.</summary>
    public Endpoint Name(Endpoint endpoint) =>
        endpoint.Kind == EndpointKind.WebTransport ? endpoint with { Url = $"{endpoint.Url}#{_certificates.Hashes}" } : endpoint;

    /// <summary>Looks after the certificates; true when <see cref="Name"/> gives something else now.</summary>
    public bool Update()
    {
        if (!_certificates.Update())
        {
            return false;
        }

        Accept();
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _certificates.Dispose();
        _stop.Dispose();
    }

    private void Accept() =>
        _endpoint.Accept(Protocol, new QuicServer(_certificates.Current, RequireClientCertificate: false), connection => _ = ServeAsync(connection));

    private async Task ServeAsync(QuicConnection connection)
    {
        var link = new QuicLink(connection);
        if (Interlocked.Increment(ref _waiting) > MaxWaiting || _stop.IsCancellationRequested)
        {
            Interlocked.Decrement(ref _waiting);
            link.Close(Http3Error.ExcessiveLoad, "Too many connections wait here.");
            return;
        }

        var waits = 1;
        void Leave()
        {
            if (Interlocked.Exchange(ref waits, 0) == 1)
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        var server = new WebTransportServer(link, _time, _log, transport =>
        {
            Leave();
            _ = _run(transport);
        });
        await server.RunAsync(_stop.Token);
        Leave();
    }
}
