using System.Text;

namespace ClusterCast.Mesh.Transports.WebTransport.Qpack;

/// <summary>Writes a field section by static entries and plain literals (RFC 9204 §4.5).</summary>
internal sealed class FieldSectionWriter
{
    // Required Insert Count and Base of a section that refers to no dynamic table.
    private readonly List<byte> _bytes = [0, 0];

    /// <summary>The section.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>Appends a field in its shortest form.</summary>
    public void Add(string name, string value)
    {
        var entry = Array.IndexOf(StaticTable.Entries, new Field(name, value));
        if (entry >= 0)
        {
            PrefixInteger.Write(_bytes, 0b1100_0000, 6, entry);
            return;
        }

        var named = Array.FindIndex(StaticTable.Entries, field => field.Name == name);
        if (named >= 0)
        {
            PrefixInteger.Write(_bytes, 0b0101_0000, 4, named);
        }
        else
        {
            PrefixInteger.Write(_bytes, 0b0010_0000, 3, name.Length);
            _bytes.AddRange(Encoding.Latin1.GetBytes(name));
        }

        PrefixInteger.Write(_bytes, 0, 7, value.Length);
        _bytes.AddRange(Encoding.Latin1.GetBytes(value));
    }
}
