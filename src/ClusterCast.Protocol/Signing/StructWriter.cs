using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>Writes the words of an EIP-712 struct (typeHash first, 32 bytes a member) into a caller's buffer and hashes them.</summary>
internal readonly ref struct StructWriter
{
    private readonly Span<byte> _buffer;
    private readonly int _used;

    public StructWriter(Span<byte> buffer, in Hash32 typeHash)
    {
        _buffer = buffer;
        _used = 32;
        typeHash.Span.CopyTo(buffer);
    }

    private StructWriter(Span<byte> buffer, int used)
    {
        _buffer = buffer;
        _used = used;
    }

    public StructWriter Add(Hash32 value)
    {
        value.Span.CopyTo(_buffer[_used..]);
        return new StructWriter(_buffer, _used + 32);
    }

    public StructWriter Add(StreamId value) => Add(value.Value);

    public StructWriter Add(Address value)
    {
        _buffer.Slice(_used, 12).Clear();
        value.Span.CopyTo(_buffer[(_used + 12)..]);
        return new StructWriter(_buffer, _used + 32);
    }

    public StructWriter Add(UInt128 value)
    {
        _buffer.Slice(_used, 16).Clear();
        BinaryPrimitives.WriteUInt128BigEndian(_buffer[(_used + 16)..], value);
        return new StructWriter(_buffer, _used + 32);
    }

    public Hash32 Hash() => Keccak256.Hash(_buffer[.._used]);
}
