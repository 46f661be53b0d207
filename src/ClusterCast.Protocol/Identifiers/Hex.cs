namespace ClusterCast.Protocol.Identifiers;

/// <summary>Hex text with the prefix <c>0x</c>, as Ethereum tools write it.</summary>
public static class Hex
{
    /// <summary><c>0x</c> and two lower-case digits a byte.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Bytes of a text with or without <c>0x</c>. Throws <see cref="FormatException"/> for anything else.</summary>
    public static byte[] Decode(string text) =>
        Convert.FromHexString(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text);

    /// <summary>Decodes exactly as many bytes as <paramref name="destination"/> holds.</summary>
    public static bool TryDecode(string? text, Span<byte> destination)
    {
        if (text is null || text.Length != 2 + (destination.Length * 2) || !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return Convert.FromHexString(text.AsSpan(2), destination, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == destination.Length;
    }

    /// <summary>A hash code for tables, seeded once a process: a peer chooses the bytes and must not be able to choose the code.</summary>
    internal static int HashCodeOf(ReadOnlySpan<byte> bytes)
    {
        var code = default(HashCode);
        code.AddBytes(bytes);
        return code.ToHashCode();
    }
}
