using System.Buffers.Binary;

namespace ClusterCast.Protocol.Wire;

/// <summary>
/// The header of a lane's datagram (spec/lane.md). The shard's bytes follow it: <see cref="Size"/> of them, no more and no less.
/// </summary>
/// <param name="Block">The block.</param>
/// <param name="Index">Which shard: data shards first, then parity.</param>
/// <param name="Data">Data shards of the block, 1 to 128.</param>
/// <param name="Sent">Shards that were sent at first, parity included.</param>
/// <param name="Length">Bytes of the block, 1 to 65,535.</param>
public readonly record struct Shard(uint Block, byte Index, byte Data, byte Sent, ushort Length)
{
    /// <summary>The version, the first byte of every datagram.</summary>
    public const byte Version = 1;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 10;

    /// <summary>Data shards of a block at most.</summary>
    public const int MaxData = 128;

    /// <summary>Shards of a block at most: the code has no more rows.</summary>
    public const int MaxShards = 255;

    /// <summary>Bytes of each shard of the block; the last data shard is filled up with zeros.</summary>
    public int Size => (Length + Data - 1) / Data;

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> output)
    {
        output[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(output[1..], Block);
        output[5] = Index;
        output[6] = Data;
        output[7] = Sent;
        BinaryPrimitives.WriteUInt16BigEndian(output[8..], Length);
    }

    /// <summary>Reads a datagram; false when it is not a shard.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out Shard shard, out ReadOnlySpan<byte> bytes)
    {
        shard = default;
        bytes = default;
        if (datagram.Length <= HeaderBytes || datagram[0] != Version)
        {
            return false;
        }

        shard = new Shard(
            BinaryPrimitives.ReadUInt32BigEndian(datagram[1..]), datagram[5], datagram[6], datagram[7], BinaryPrimitives.ReadUInt16BigEndian(datagram[8..]));
        bytes = datagram[HeaderBytes..];
        return shard.Data is > 0 and <= MaxData
            && shard.Index < MaxShards
            && shard.Sent >= shard.Data && shard.Sent <= MaxShards
            && shard.Length >= shard.Data
            && bytes.Length == shard.Size;
    }
}
