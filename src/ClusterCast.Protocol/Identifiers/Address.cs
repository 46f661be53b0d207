using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClusterCast.Protocol.Identifiers;

/// <summary>An Ethereum address: 20 bytes. Node ids, viewing keys, signing keys and contracts are addresses.</summary>
[InlineArray(Size)]
public struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    private byte _first;

    /// <summary>The zero address.</summary>
    public static Address Zero => default;

    /// <summary>Whether every byte is zero.</summary>
    public readonly bool IsZero => Equals(default);

    /// <summary>The 20 bytes. Valid as long as the struct it was taken from.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, Size);

    /// <summary>Copies 20 bytes. Throws <see cref="ArgumentException"/> for another length.</summary>
    public static Address From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"An address has {Size} bytes, got {bytes.Length}.", nameof(bytes));
        }

        var value = default(Address);
        bytes.CopyTo(value);
        return value;
    }

    /// <summary>Parses <c>0x</c> and 40 hex digits in any case. Throws <see cref="FormatException"/>.</summary>
    public static Address Parse(string text) => TryParse(text, out var value)
        ? value
        : throw new FormatException($"'{text}' is not an address: 0x and 40 hex digits are expected.");

    /// <summary>Parses <c>0x</c> and 40 hex digits in any case.</summary>
    public static bool TryParse(string? text, out Address value)
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
    public readonly bool Equals(Address other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public readonly int CompareTo(Address other) => Span.SequenceCompareTo(other.Span);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Hex.HashCodeOf(Span);

    /// <summary><c>0x</c> and 40 lower-case hex digits.</summary>
    public override readonly string ToString() => Hex.Encode(Span);

    /// <summary>Equality of all bytes.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Inequality of any byte.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);
}
