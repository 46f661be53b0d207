using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Transports.Tls;

/// <summary>
/// A self-signed P-256 certificate whose extension binds its key to a node id (spec/signing.md). Nothing else in the certificate counts.
/// </summary>
public static class NodeCertificate
{
    /// <summary>The extension: an OCTET STRING of <c>address (20) | signature (65)</c>. GnuTLS reads no certificate with an arc of more than 64 bits.</summary>
    public const string BindingOid = "2.25.1444305708997176291";

    /// <summary>A certificate with a fresh key, bound to the node key.</summary>
    public static X509Certificate2 Create(PrivateKey nodeKey, Eip712Domain relayStaking)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var proof = new NodeProof(nodeKey.Address, NodeProof.TlsChallenge(key.ExportSubjectPublicKeyInfo()));
        return Create(key, nodeKey.Address, nodeKey.Sign(proof.Digest(relayStaking)));
    }

    /// <summary>A certificate that claims a binding, right or wrong.</summary>
    internal static X509Certificate2 Create(ECDsa key, Address node, Signature signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString([.. node.Span, .. signature.Span]);
        var request = new CertificateRequest("CN=clustercast", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(BindingOid, writer.Encode(), critical: false));

        // The validity is not checked by peers: a fixed, wide span does not depend on anybody's clock.
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>The node id that the certificate proves; false when it proves none.</summary>
    public static bool TryGetNode(X509Certificate2? certificate, Eip712Domain relayStaking, out Address node)
    {
        node = default;
        try
        {
            if (certificate is null || !TryReadBinding(certificate.RawDataMemory, out var publicKey, out var binding) || binding.Length != Address.Size + Signature.Size)
            {
                return false;
            }

            var proof = new NodeProof(Address.From(binding.AsSpan(0, Address.Size)), NodeProof.TlsChallenge(publicKey));
            node = proof.Node;
            return proof.IsSignedBy(Signature.From(binding.AsSpan(Address.Size)), relayStaking);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    // RFC 5280 §4.1: TBSCertificate holds version, serial, signature, issuer, validity, subject, subjectPublicKeyInfo, then [3] extensions.
    private static bool TryReadBinding(ReadOnlyMemory<byte> certificate, out byte[] publicKey, out byte[] binding)
    {
        publicKey = [];
        binding = [];
        var body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        body.ReadIntegerBytes();
        for (var i = 0; i < 4; i++)
        {
            body.ReadSequence();
        }

        publicKey = body.ReadEncodedValue().ToArray();
        var tag = new Asn1Tag(TagClass.ContextSpecific, 3);
        while (body.HasData && !body.PeekTag().HasSameClassAndValue(tag))
        {
            body.ReadEncodedValue();
        }

        if (!body.HasData)
        {
            return false;
        }

        var extensions = body.ReadSequence(tag).ReadSequence();
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean))
            {
                extension.ReadBoolean();
            }

            var value = extension.ReadOctetString();
            if (oid == BindingOid)
            {
                binding = new AsnReader(value, AsnEncodingRules.DER).ReadOctetString();
                return true;
            }
        }

        return false;
    }
}
