using System.Buffers.Binary;

namespace ClusterCast.Media.Cmaf;

/// <summary>Walks the boxes of one level. Every length is checked against what is there.</summary>
internal ref struct BoxReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Where the next box begins.</summary>
    public int Position { get; private set; }

    /// <summary>Four character code of the current box.</summary>
    public uint Type { get; private set; }

    /// <summary>Content of the current box without its header.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Moves to the next box; false at the end.</summary>
    /// <exception cref="MediaException">A length does not fit.</exception>
    public bool Next()
    {
        var rest = _bytes[Position..];
        if (rest.IsEmpty) return false;
        if (rest.Length < 8) throw CmafParser.Malformed("a box is cut off");
        long size = BinaryPrimitives.ReadUInt32BigEndian(rest);
        Type = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
        var header = 8;
        if (size == 1)
        {
            if (rest.Length < 16) throw CmafParser.Malformed("a box is cut off");
            var large = BinaryPrimitives.ReadUInt64BigEndian(rest[8..]);
            size = large > int.MaxValue ? long.MaxValue : (long)large;
            header = 16;
        }
        if (size < header || size > rest.Length) throw CmafParser.Malformed($"box '{FourCc.Text(Type)}' does not fit");
        Body = rest[header..(int)size];
        Position += (int)size;
        return true;
    }

    /// <summary>The body of a full box behind version and flags.</summary>
    public readonly ReadOnlySpan<byte> FullBody(out byte version, out uint flags)
    {
        var head = BinaryPrimitives.ReadUInt32BigEndian(Take(Body, 0, 4, Type));
        (version, flags) = ((byte)(head >> 24), head & 0xFFFFFF);
        return Body[4..];
    }

    /// <summary>A slice that must be there.</summary>
    public static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> from, int offset, int count, uint type) =>
        offset + count <= from.Length ? from.Slice(offset, count) : throw CmafParser.Malformed($"box '{FourCc.Text(type)}' is too short");

    public static uint UInt32(ReadOnlySpan<byte> from, int offset, uint type) => BinaryPrimitives.ReadUInt32BigEndian(Take(from, offset, 4, type));
}
