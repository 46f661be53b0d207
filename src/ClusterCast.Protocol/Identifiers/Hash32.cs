using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClusterCast.Protocol.Identifiers;

/// <summary>A 32-byte value: a hash, a digest, a commitment or a nonce.</summary>
[InlineArray(Size)]
public struct Hash32 : IEquatable<Hash32>, IComparable<Hash32>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private byte _first;

    /// <summary>Thirty-two zero bytes.</summary>
    public static Hash32 Zero => default;

    /// <summary>Whether every byte is zero.</summary>
    public readonly bool IsZero => Equals(default);

    /// <summary>The 32 bytes. Valid as long as the struct it was taken from.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, Size);

    /// <summary>Copies 32 bytes. Throws <see cref="ArgumentException"/> for another length.</summary>
    public static Hash32 From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A hash has {Size} bytes, got {bytes.Length}.", nameof(bytes));
        }

        var value = default(Hash32);
        bytes.CopyTo(value);
        return value;
    }

    /// <summary>Parses <c>0x</c> and 64 hex digits in any case. Throws <see cref="FormatException"/>.</summary>
    public static Hash32 Parse(string text) => TryParse(text, out var value)
        ? value
        : throw new FormatException($"'{text}' is not a 32-byte value: 0x and 64 hex digits are expected.");

    /// <summary>Parses <c>0x</c> and 64 hex digits in any case.</summary>
    public static bool TryParse(string? text, out Hash32 value)
    {
        value = default;
        if (Hex.TryDecode(text, value))
        {
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Bytes to write to. For decoders.</summary>
    [UnscopedRef]
    internal Span<byte> Writable => MemoryMarshal.CreateSpan(ref _first, Size);

    /// <inheritdoc/>
    public readonly bool Equals(Hash32 other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public readonly int CompareTo(Hash32 other) => Span.SequenceCompareTo(other.Span);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Hash32 other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Hex.HashCodeOf(Span);

    /// <summary><c>0x</c> and 64 lower-case hex digits.</summary>
    public override readonly string ToString() => Hex.Encode(Span);

    /// <summary>Equality of all bytes.</summary>
    public static bool operator ==(Hash32 left, Hash32 right) => left.Equals(right);

    /// <summary>Inequality of any byte.</summary>
    public static bool operator !=(Hash32 left, Hash32 right) => !left.Equals(right);
}
