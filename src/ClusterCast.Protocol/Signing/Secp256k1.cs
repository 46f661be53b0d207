using System.Runtime.InteropServices;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>ECDSA on secp256k1 by Debian's libsecp256k1 (SEC 2, RFC 6979 nonces, low s as in EIP-2).</summary>
public static unsafe partial class Secp256k1
{
    private const string Library = "libsecp256k1.so.1";
    private const uint SignAndVerify = 0x301;
    private const uint Uncompressed = 2;

    // Half of the group order: a signature with a larger s has a twin and is refused (EIP-2).
    private static ReadOnlySpan<byte> HalfOrder =>
    [
        0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x5D, 0x57, 0x6E, 0x73, 0x57, 0xA4, 0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0,
    ];

    // The context is never written to after its creation, so all threads share it.
    private static readonly nint Context = secp256k1_context_create(SignAndVerify);

    /// <summary>Whether the 32 bytes are a private key: not zero and below the group order.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
        {
            return key.Length == 32 && secp256k1_ec_seckey_verify(Context, k) == 1;
        }
    }

    /// <summary>The Ethereum address of a private key. Throws <see cref="ArgumentException"/> for an invalid key.</summary>
    public static Address AddressOf(ReadOnlySpan<byte> key)
    {
        if (!IsPrivateKey(key))
        {
            throw new ArgumentException("A private key is 32 bytes, not zero and below the order of secp256k1.", nameof(key));
        }

        var point = stackalloc byte[64];
        fixed (byte* k = key)
        {
            secp256k1_ec_pubkey_create(Context, point, k);
        }

        return AddressOfPoint(point);
    }

    /// <summary>Signs a digest with a valid private key. Deterministic (RFC 6979).</summary>
    public static Signature Sign(in Hash32 digest, ReadOnlySpan<byte> key)
    {
        var opaque = stackalloc byte[65];
        Span<byte> result = stackalloc byte[Signature.Size];
        int recovery;
        fixed (byte* k = key, d = digest.Span, r = result)
        {
            if (key.Length != 32 || secp256k1_ecdsa_sign_recoverable(Context, opaque, d, k, 0, 0) != 1)
            {
                throw new ArgumentException("A private key is 32 bytes, not zero and below the order of secp256k1.", nameof(key));
            }

            secp256k1_ecdsa_recoverable_signature_serialize_compact(Context, r, &recovery, opaque);
        }

        result[64] = (byte)(27 + recovery);
        return Signature.From(result);
    }

    /// <summary>The signer's address; false for a malformed signature, high s, or v other than 27 and 28.</summary>
    public static bool TryRecover(in Hash32 digest, in Signature signature, out Address signer)
    {
        signer = default;
        var bytes = signature.Span;
        var recovery = bytes[64] - 27;
        if (recovery is not (0 or 1) || bytes.Slice(32, 32).SequenceCompareTo(HalfOrder) > 0)
        {
            return false;
        }

        var opaque = stackalloc byte[65];
        var point = stackalloc byte[64];
        fixed (byte* s = bytes, d = digest.Span)
        {
            if (secp256k1_ecdsa_recoverable_signature_parse_compact(Context, opaque, s, recovery) != 1
                || secp256k1_ecdsa_recover(Context, point, opaque, d) != 1)
            {
                return false;
            }
        }

        signer = AddressOfPoint(point);
        return true;
    }

    private static Address AddressOfPoint(byte* point)
    {
        Span<byte> serialized = stackalloc byte[65];
        nuint length = 65;
        fixed (byte* s = serialized)
        {
            secp256k1_ec_pubkey_serialize(Context, s, &length, point, Uncompressed);
        }

        return Address.From(Keccak256.Hash(serialized[1..]).Span[12..]);
    }

    [LibraryImport(Library)]
    private static partial nint secp256k1_context_create(uint flags);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_seckey_verify(nint context, byte* key);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_pubkey_create(nint context, byte* point, byte* key);

    [LibraryImport(Library)]
    private static partial int secp256k1_ec_pubkey_serialize(nint context, byte* output, nuint* length, byte* point, uint flags);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_sign_recoverable(nint context, byte* signature, byte* digest, byte* key, nint nonceFunction, nint nonceData);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_recoverable_signature_serialize_compact(nint context, byte* output, int* recovery, byte* signature);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_recoverable_signature_parse_compact(nint context, byte* signature, byte* input, int recovery);

    [LibraryImport(Library)]
    private static partial int secp256k1_ecdsa_recover(nint context, byte* point, byte* signature, byte* digest);
}
