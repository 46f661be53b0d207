using System.Text;
using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Transports.WebTransport.Qpack;

/// <summary>Reads field sections of a peer whose dynamic table has capacity 0 (RFC 9204 §4.5): static entries and literals only.</summary>
internal static class FieldSectionReader
{
    /// <summary>The fields in their order; null when they count more than <paramref name="limit"/>. Throws <see cref="Http3Exception"/>.</summary>
    public static IReadOnlyList<Field>? Read(ReadOnlySpan<byte> section, int limit)
    {
        // Required Insert Count, then the sign and Delta Base; without references any base that is not negative will do (§4.5.1).
        if (PrefixInteger.Read(ref section, 8) != 0 || section.IsEmpty || (section[0] & 0b1000_0000) != 0)
        {
            throw Failed("it refers to a dynamic table");
        }

        PrefixInteger.Read(ref section, 7);
        var fields = new List<Field>();
        var size = 0;
        while (!section.IsEmpty)
        {
            var field = ReadField(ref section);
            size += field.Size;
            if (size > limit)
            {
                return null;
            }

            fields.Add(field);
        }

        return fields;
    }

    private static Field ReadField(ref ReadOnlySpan<byte> section)
    {
        var first = section[0];
        if ((first & 0b1000_0000) != 0)
        {
            return (first & 0b0100_0000) != 0 ? Static(PrefixInteger.Read(ref section, 6)) : throw Failed("it refers to a dynamic table");
        }

        if ((first & 0b0100_0000) != 0)
        {
            return (first & 0b0001_0000) != 0
                ? new Field(Static(PrefixInteger.Read(ref section, 4)).Name, ReadText(ref section, 7))
                : throw Failed("it refers to a dynamic table");
        }

        return (first & 0b0010_0000) != 0
            ? new Field(ReadText(ref section, 3), ReadText(ref section, 7))
            : throw Failed("it refers to a dynamic table");
    }

    private static Field Static(int index) =>
        index < StaticTable.Entries.Length ? StaticTable.Entries[index] : throw Failed($"static entry {index} does not exist");

    // The bit above the length says whether the text is Huffman coded.
    private static string ReadText(ref ReadOnlySpan<byte> section, int prefixBits)
    {
        var coded = !section.IsEmpty && (section[0] >> prefixBits & 1) != 0;
        var length = PrefixInteger.Read(ref section, prefixBits);
        if (length > section.Length)
        {
            throw Failed("a text is cut off");
        }

        var bytes = section[..length];
        section = section[length..];
        if (!coded)
        {
            return Encoding.Latin1.GetString(bytes);
        }

        var decoded = new byte[Huffman.MaxDecoded(length)];
        return Encoding.Latin1.GetString(decoded, 0, Huffman.Decode(bytes, decoded));
    }

    private static Http3Exception Failed(string why) => new(Http3Error.QpackDecompressionFailed, $"A field section cannot be read: {why}.");
}
