using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClusterCast.Protocol.Identifiers;

/// <summary>A recoverable secp256k1 signature: <c>r (32) | s (32) | v (1)</c>, low s, v 27 or 28.</summary>
[InlineArray(Size)]
public struct Signature : IEquatable<Signature>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 65;

    private byte _first;

    /// <summary>The 65 bytes. Valid as long as the struct it was taken from.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, Size);

    /// <summary>Copies 65 bytes. Throws <see cref="ArgumentException"/> for another length.</summary>
    public static Signature From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A signature has {Size} bytes, got {bytes.Length}.", nameof(bytes));
        }

        var value = default(Signature);
        bytes.CopyTo(value);
        return value;
    }

    /// <summary>Parses <c>0x</c> and 130 hex digits. Throws <see cref="FormatException"/>.</summary>
    public static Signature Parse(string text)
    {
        var value = default(Signature);
        return Hex.TryDecode(text, value)
            ? value
            : throw new FormatException($"'{text}' is not a signature: 0x and 130 hex digits are expected.");
    }

    /// <summary>EIP-2098 compact form, 64 bytes: the parity of v in the top bit of s.</summary>
    public readonly byte[] ToCompact()
    {
        var compact = Span[..64].ToArray();
        if (this[64] == 28)
        {
            compact[32] |= 0x80;
        }

        return compact;
    }

    /// <inheritdoc/>
    public readonly bool Equals(Signature other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Hex.HashCodeOf(Span);

    /// <summary><c>0x</c> and 130 lower-case hex digits.</summary>
    public override readonly string ToString() => Hex.Encode(Span);
}
