using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

/// <summary>The header of a lane's datagrams.</summary>
public sealed class ShardTests
{
    [Fact]
    public void A_shard_round_trips() => Properties.Hold(random =>
    {
        var data = random.Next(1, Shard.MaxData + 1);
        var shard = new Shard(
            (uint)random.NextInt64(1L << 32), (byte)random.Next(Shard.MaxShards), (byte)data, (byte)random.Next(data, Shard.MaxShards + 1), (ushort)random.Next(data, 65_536));
        var datagram = new byte[Shard.HeaderBytes + shard.Size];
        random.NextBytes(datagram);
        shard.Write(datagram);
        Assert.True(Shard.TryRead(datagram, out var read, out var bytes));
        Assert.Equal(shard, read);
        Assert.Equal(datagram.AsSpan(Shard.HeaderBytes), bytes);
        Assert.False(Shard.TryRead([.. datagram, 0], out _, out _));
        Assert.False(Shard.TryRead(datagram.AsSpan(0, datagram.Length - 1), out _, out _));
    });

    [Fact]
    public void The_vectors_have_the_fields_of_the_specification_in_their_order()
    {
        foreach (var vector in ShardVectors.File()["shards"]!.AsArray())
        {
            var fields = vector!["fields"]!.AsObject();
            var expected = new byte[Shard.HeaderBytes];
            expected[0] = byte.Parse(fields["version"]!.GetValue<string>());
            BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(1), uint.Parse(fields["block"]!.GetValue<string>()));
            expected[5] = byte.Parse(fields["index"]!.GetValue<string>());
            expected[6] = byte.Parse(fields["data"]!.GetValue<string>());
            expected[7] = byte.Parse(fields["sent"]!.GetValue<string>());
            BinaryPrimitives.WriteUInt16BigEndian(expected.AsSpan(8), ushort.Parse(fields["length"]!.GetValue<string>()));
            var datagram = Hex.Decode(vector["hex"]!.GetValue<string>());
            Assert.Equal([.. expected, .. Hex.Decode(fields["bytes"]!.GetValue<string>())], datagram);
            Assert.True(Shard.TryRead(datagram, out _, out _));
        }
    }

    [Fact]
    public void Invalid_datagrams_of_the_vectors_are_refused()
    {
        foreach (var vector in ShardVectors.File()["invalid"]!.AsArray())
        {
            Assert.False(Shard.TryRead(Hex.Decode(vector!["hex"]!.GetValue<string>()), out _, out _), vector["name"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Random_and_damaged_datagrams_are_taken_only_with_sane_fields()
    {
        var corpus = ShardVectors.File()["shards"]!.AsArray().Select(v => Hex.Decode(v!["hex"]!.GetValue<string>())).ToList();
        Fuzzing.Run(20_000, random =>
        {
            var datagram = random.Next(2) == 0 ? random.Bytes(random.Next(64)) : random.Mutate(corpus[random.Next(corpus.Count)]);
            if (Shard.TryRead(datagram, out var shard, out var bytes))
            {
                Assert.InRange(shard.Data, 1, Shard.MaxData);
                Assert.InRange(shard.Index, 0, Shard.MaxShards - 1);
                Assert.InRange(shard.Length, shard.Data, ushort.MaxValue);
                Assert.Equal(shard.Size, bytes.Length);
                Assert.True(shard.Data * shard.Size < shard.Length + shard.Data);
            }
        });
    }
}
