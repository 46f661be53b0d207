using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace ClusterCast.Protocol.Identifiers;

/// <summary>A stream: the token id of its StreamKey, an unsigned 256-bit number.</summary>
public readonly struct StreamId : IEquatable<StreamId>
{
    private readonly Hash32 _value;

    /// <summary>From the 32 big-endian bytes of the token id.</summary>
    public StreamId(Hash32 value) => _value = value;

    /// <summary>From a small token id.</summary>
    public StreamId(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], number);
        _value = Hash32.From(bytes);
    }

    /// <summary>The token id as 32 big-endian bytes.</summary>
    public Hash32 Value => _value;

    /// <summary>Parses a decimal token id below 2^256. Throws <see cref="FormatException"/>.</summary>
    public static StreamId Parse(string text)
    {
        // 78 digits suffice for 2^256 - 1; parsing a longer text takes quadratic time.
        if (text.Length > 78 || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number.GetByteCount(isUnsigned: true) > Hash32.Size)
        {
            throw new FormatException($"'{text}' is not a stream id: a decimal number, such as 1, is expected.");
        }

        Span<byte> bytes = stackalloc byte[Hash32.Size];
        bytes.Clear();
        number.TryWriteBytes(bytes[(Hash32.Size - number.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
        return new StreamId(Hash32.From(bytes));
    }

    /// <inheritdoc/>
    public bool Equals(StreamId other) => _value.Equals(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The decimal token id.</summary>
    public override string ToString() => new BigInteger(_value.Span, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);

    /// <summary>Equality of the token ids.</summary>
    public static bool operator ==(StreamId left, StreamId right) => left.Equals(right);

    /// <summary>Inequality of the token ids.</summary>
    public static bool operator !=(StreamId left, StreamId right) => !left.Equals(right);
}
