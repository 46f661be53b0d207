using System.Buffers.Binary;
using System.Security.Cryptography;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>The SHA-256 hashes of the window tree (spec/window.md; the tree's shape is RFC 6962 §2.1).</summary>
public static class TreeHash
{
    private const byte LeafPrefix = 0x00;
    private const byte InnerPrefix = 0x01;
    private const byte PartPrefix = 0x02;
    private const byte InitPrefix = 0x03;

    [ThreadStatic]
    private static IncrementalHash? _hasher;

    /// <summary>Hash of the leaf that begins at <paramref name="offset"/> of its part.</summary>
    public static Hash32 Leaf(TrackKey track, ulong run, uint window, ushort part, uint offset, ReadOnlySpan<byte> bytes)
    {
        Span<byte> prefix = stackalloc byte[1 + 32 + 8 + 2 + 4 + 2 + 4];
        prefix[0] = LeafPrefix;
        track.Stream.Value.Span.CopyTo(prefix[1..]);
        BinaryPrimitives.WriteUInt64BigEndian(prefix[33..], run);
        BinaryPrimitives.WriteUInt16BigEndian(prefix[41..], track.Track);
        BinaryPrimitives.WriteUInt32BigEndian(prefix[43..], window);
        BinaryPrimitives.WriteUInt16BigEndian(prefix[47..], part);
        BinaryPrimitives.WriteUInt32BigEndian(prefix[49..], offset);
        return Prefixed(prefix, bytes);
    }

    /// <summary>Hash of an inner node.</summary>
    public static Hash32 Inner(in Hash32 left, in Hash32 right)
    {
        Span<byte> node = stackalloc byte[65];
        node[0] = InnerPrefix;
        left.Span.CopyTo(node[1..]);
        right.Span.CopyTo(node[33..]);
        return Sha256(node);
    }

    /// <summary>Hash of a part node.</summary>
    public static Hash32 Part(in PartNode part)
    {
        Span<byte> node = stackalloc byte[1 + 2 + 2 + 4 + 8 + 1 + 32];
        node[0] = PartPrefix;
        BinaryPrimitives.WriteUInt16BigEndian(node[1..], part.Index);
        BinaryPrimitives.WriteUInt16BigEndian(node[3..], part.LeafCount);
        BinaryPrimitives.WriteUInt32BigEndian(node[5..], part.ByteLength);
        BinaryPrimitives.WriteUInt64BigEndian(node[9..], part.Time);
        node[17] = (byte)part.Flags;
        part.LeavesRoot.Span.CopyTo(node[18..]);
        return Sha256(node);
    }

    /// <summary>Hash of an init segment.</summary>
    public static Hash32 Init(ReadOnlySpan<byte> init) => Prefixed([InitPrefix], init);

    private static Hash32 Prefixed(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> bytes)
    {
        var hasher = _hasher ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hasher.AppendData(prefix);
        hasher.AppendData(bytes);
        Span<byte> hash = stackalloc byte[Hash32.Size];
        hasher.GetHashAndReset(hash);
        return Hash32.From(hash);
    }

    private static Hash32 Sha256(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        SHA256.HashData(bytes, hash);
        return Hash32.From(hash);
    }
}
