using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>A secp256k1 key: a node key, a viewing key, a signing key or an owner's key.</summary>
public sealed class PrivateKey
{
    private readonly byte[] _bytes;

    private PrivateKey(byte[] bytes)
    {
        _bytes = bytes;
        Address = Secp256k1.AddressOf(bytes);
    }

    /// <summary>The Ethereum address of the key.</summary>
    public Address Address { get; }

    /// <summary>From 32 bytes. Throws <see cref="ArgumentException"/> when they are no valid key.</summary>
    public static PrivateKey From(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>From <c>0x</c> and 64 hex digits. Throws <see cref="FormatException"/> or <see cref="ArgumentException"/>; neither repeats the secret.</summary>
    public static PrivateKey Parse(string text) => Hash32.TryParse(text, out var bytes)
        ? new(bytes.Span.ToArray())
        : throw new FormatException("The text is not a private key: 0x and 64 hex digits are expected.");

    /// <summary>A fresh key.</summary>
    public static PrivateKey Create(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[32];
        do
        {
            random.Fill(bytes);
        }
        while (!Secp256k1.IsPrivateKey(bytes));
        return new PrivateKey(bytes.ToArray());
    }

    /// <summary>Signs a digest; deterministic.</summary>
    public Signature Sign(in Hash32 digest) => Secp256k1.Sign(digest, _bytes);

    /// <summary>The 32 secret bytes, for a keystore.</summary>
    public byte[] Export() => [.. _bytes];
}
