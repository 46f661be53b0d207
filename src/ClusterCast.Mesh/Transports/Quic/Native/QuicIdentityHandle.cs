using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClusterCast.Mesh.Transports.Quic.Native;

/// <summary>A <c>ccq_identity</c>: certificate, key and ALPN.</summary>
internal sealed unsafe class QuicIdentityHandle : SafeHandle
{
    private const uint RequireCertificate = 1;

    private QuicIdentityHandle(nint identity)
        : base(0, ownsHandle: true) => SetHandle(identity);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Makes one. Throws <see cref="QuicException"/> when certificate or key cannot be used.</summary>
    public static QuicIdentityHandle Create(string alpn, X509Certificate2? certificate, bool requireCertificate)
    {
        var chain = certificate?.RawData ?? [];
        var key = certificate is null ? [] : PrivateKey(certificate);
        try
        {
            fixed (byte* c = chain, k = key)
            {
                var identity = QuicNative.IdentityNew(c, (nuint)chain.Length, k, (nuint)key.Length, alpn, requireCertificate ? RequireCertificate : 0, out var error);
                return identity != 0 ? new QuicIdentityHandle(identity) : throw new QuicException(
                    $"The certificate for {alpn} cannot be used ({Marshal.PtrToStringUTF8(QuicNative.ErrorText(error))}): give an X.509 certificate with its private key.");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        QuicNative.IdentityRelease(handle);
        return true;
    }

    private static byte[] PrivateKey(X509Certificate2 certificate)
    {
        using var ec = certificate.GetECDsaPrivateKey();
        if (ec is not null)
        {
            return ec.ExportPkcs8PrivateKey();
        }

        using var rsa = certificate.GetRSAPrivateKey();
        return rsa?.ExportPkcs8PrivateKey() ?? throw new QuicException("The certificate has no private key: give one with an ECDSA or RSA key.");
    }
}
