using System.Security.Cryptography.X509Certificates;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Protocol.Signing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Load;

/// <summary>Opens transports to relays, all with one certificate: a thousand keys would only slow the start.</summary>
internal sealed class Dialer : IAsyncDisposable
{
    private readonly Domains _domains;
    private readonly X509Certificate2 _certificate;
    private readonly QuicPort _quic;

    /// <summary>A dialer with a fresh key. <paramref name="ackAtOnce"/> acknowledges every second packet even where many came together, as they do on a loopback only.</summary>
    public Dialer(Domains domains, bool ackAtOnce)
    {
        _domains = domains;
        _certificate = NodeCertificate.Create(PrivateKey.Create(SystemRandomSource.Instance), domains.RelayStaking);
        _quic = new QuicPort(_certificate, domains.RelayStaking, NullLoggerFactory.Instance, ackAtOnce);
    }

    /// <summary>Connects. Throws <see cref="IOException"/>.</summary>
    public async Task<ITransport> DialAsync(RelayAddress relay, CancellationToken stop)
    {
        var uri = new Uri(relay.Url);
        return uri.Scheme switch
        {
            "tls" => await TlsTransport.DialAsync(uri.Host, uri.Port, _certificate, _domains.RelayStaking, stop),
            "quic" => await _quic.DialAsync(uri.Host, uri.Port, stop),
            _ => throw new ArgumentException($"{relay.Url} cannot be dialed here."),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _quic.DisposeAsync();
}
