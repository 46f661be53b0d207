using System.Security.Cryptography;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>A node stands behind a challenge: a peer's nonce, or the key of its TLS certificate (spec/signing.md).</summary>
public readonly record struct NodeProof(Address Node, Hash32 Challenge)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type = "NodeProof(address node,bytes32 challenge)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>The challenge for the nonce of a Hello.</summary>
    public static Hash32 HelloChallenge(in Hash32 nonce) => Challenged("clustercast hello"u8, nonce.Span);

    /// <summary>The challenge for a certificate's SubjectPublicKeyInfo in DER.</summary>
    public static Hash32 TlsChallenge(ReadOnlySpan<byte> subjectPublicKeyInfo) => Challenged("clustercast tls"u8, subjectPublicKeyInfo);

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[3 * 32];
        return new StructWriter(buffer, TypeHash).Add(Node).Add(Challenge).Hash();
    }

    /// <summary>EIP-712 digest in the RelayStaking domain.</summary>
    public Hash32 Digest(Eip712Domain relayStaking) => relayStaking.Digest(StructHash());

    /// <summary>Whether <paramref name="signature"/> is the node's over this proof.</summary>
    public bool IsSignedBy(in Signature signature, Eip712Domain relayStaking) =>
        Secp256k1.TryRecover(Digest(relayStaking), signature, out var signer) && signer == Node;

    private static Hash32 Challenged(ReadOnlySpan<byte> label, ReadOnlySpan<byte> subject) =>
        Hash32.From(SHA256.HashData([.. label, .. subject]));
}
