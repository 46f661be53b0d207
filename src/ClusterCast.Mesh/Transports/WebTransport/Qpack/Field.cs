namespace ClusterCast.Mesh.Transports.WebTransport.Qpack;

/// <summary>A name and a value; bytes are Latin-1 characters.</summary>
internal readonly record struct Field(string Name, string Value)
{
    /// <summary>What it counts in the size of a field section (RFC 9114 §4.2.2).</summary>
    public int Size => Name.Length + Value.Length + 32;
}
