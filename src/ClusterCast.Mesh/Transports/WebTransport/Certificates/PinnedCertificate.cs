using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClusterCast.Mesh.Transports.WebTransport.Certificates;

/// <summary>
/// A certificate that a browser takes because its hash was named (W3C WebTransport §6.9, custom certificate requirements): X.509 v3, a P-256 key, valid for at most
/// 14 days. Names in it are not looked at.
/// </summary>
internal static class PinnedCertificate
{
    /// <summary>From its making to its end.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(13);

    // A page's clock may be behind.
    private static readonly TimeSpan Lead = TimeSpan.FromHours(1);

    /// <summary>A fresh key and its certificate.</summary>
    public static X509Certificate2 Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=clustercast", key, HashAlgorithmName.SHA256);

        // Chromium does not read a certificate without extensions.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        return request.CreateSelfSigned(now - Lead, now + Life);
    }

    /// <summary>What a record and a page call it: the base64url SHA-256 of its DER.</summary>
    public static string Hash(X509Certificate2 certificate) => Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span));

    /// <summary>Reads what <see cref="Write"/> wrote; null when that is no such certificate.</summary>
    public static X509Certificate2? Read(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The certificate and its key, PEM.</summary>
    public static string Write(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}
