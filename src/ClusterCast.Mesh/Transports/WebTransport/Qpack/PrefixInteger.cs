using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Transports.WebTransport.Qpack;

/// <summary>Integers that begin in the low bits of a byte (RFC 7541 §5.1).</summary>
internal static class PrefixInteger
{
    // Nothing in a field section of bounded length needs more.
    private const int Max = 1 << 20;

    /// <summary>Reads from <paramref name="input"/> and moves it on. Throws <see cref="Http3Exception"/> when it is cut off or too large.</summary>
    public static int Read(ref ReadOnlySpan<byte> input, int prefixBits)
    {
        var mask = (1 << prefixBits) - 1;
        var value = Next(ref input) & mask;
        if (value < mask)
        {
            return value;
        }

        for (var shift = 0; shift <= 21; shift += 7)
        {
            var next = Next(ref input);
            value += (next & 0x7F) << shift;
            if (next < 0x80 && value <= Max)
            {
                return value;
            }
        }

        throw new Http3Exception(Http3Error.QpackDecompressionFailed, "A field section cannot be read: a number is too large.");
    }

    /// <summary>Writes behind <paramref name="pattern"/>, the high bits of the first byte.</summary>
    public static void Write(List<byte> output, byte pattern, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            output.Add((byte)(pattern | value));
            return;
        }

        output.Add((byte)(pattern | mask));
        for (value -= mask; value >= 0x80; value >>= 7)
        {
            output.Add((byte)(value | 0x80));
        }

        output.Add((byte)value);
    }

    private static byte Next(ref ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            throw new Http3Exception(Http3Error.QpackDecompressionFailed, "A field section cannot be read: it is cut off.");
        }

        var next = input[0];
        input = input[1..];
        return next;
    }
}
