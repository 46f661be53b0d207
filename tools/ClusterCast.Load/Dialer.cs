using System.Security.Cryptography.X509Certificates;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Load;

/// <summary>Opens transports to relays, all with one certificate: a thousand keys would only slow the start.</summary>
internal sealed class Dialer(Domains domains) : IDisposable
{
    private readonly X509Certificate2 _certificate = NodeCertificate.Create(PrivateKey.Create(SystemRandomSource.Instance), domains.RelayStaking);

    /// <summary>Connects. Throws <see cref="IOException"/>.</summary>
    public async Task<ITransport> DialAsync(RelayAddress relay, CancellationToken stop)
    {
        var uri = new Uri(relay.Url);
        return uri.Scheme switch
        {
            "tls" => await TlsTransport.DialAsync(uri.Host, uri.Port, _certificate, domains.RelayStaking, stop),
            _ => throw new ArgumentException($"{relay.Url} cannot be dialed here."),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
