using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>The code against the vectors, which schoolbook arithmetic made, and against every kind of loss that it must bear.</summary>
public sealed class ReedSolomonTests
{
    [Fact]
    public void Parity_is_that_of_the_vectors()
    {
        foreach (var vector in Vectors.Read("shards.json")["parity"]!.AsArray())
        {
            var shards = vector!["shards"]!.AsArray().Select(shard => Hex.Decode(shard!.GetValue<string>())).ToArray();
            var data = int.Parse(vector["data"]!.GetValue<string>());
            var parity = new byte[shards[0].Length * (shards.Length - data)];
            ReedSolomon.Encode(shards.Take(data).SelectMany(shard => shard).ToArray(), data, 0, shards.Length - data, parity);
            Assert.Equal(shards.Skip(data).SelectMany(shard => shard), parity);
        }
    }

    [Fact]
    public void Any_loss_of_as_many_shards_as_there_is_parity_is_repaired_byte_for_byte() => Properties.Hold(random =>
    {
        var data = random.Next(1, random.Next(2) == 0 ? 12 : Shard.MaxData + 1);
        var size = random.Next(1, random.Next(2) == 0 ? 80 : 1_200);
        var rows = random.Next(1, Math.Min(data, Shard.MaxShards - data) + 1);
        var first = random.Next(0, Shard.MaxShards - data - rows + 1);
        var block = new byte[data * size];
        random.NextBytes(block);
        var parity = new byte[rows * size];
        ReedSolomon.Encode(block, data, first, rows, parity);

        var lost = random.Next(1, rows + 1);
        var missing = Enumerable.Range(0, data).OrderBy(_ => random.Next()).Take(lost).Order().Select(i => (byte)i).ToArray();
        var kept = Enumerable.Range(0, rows).OrderBy(_ => random.Next()).Take(lost).ToArray();
        var bent = block.ToArray();
        foreach (var shard in missing)
        {
            random.NextBytes(bent.AsSpan(shard * size, size));
        }

        ReedSolomon.Recover(
            bent, data, missing, kept.SelectMany(row => parity.AsSpan(row * size, size).ToArray()).ToArray(), kept.Select(row => (byte)(first + row)).ToArray());
        Assert.Equal(block, bent);
    }, 300);

    [Fact]
    public void Parity_made_later_is_the_same_as_parity_made_at_once()
    {
        var block = new byte[7 * 100];
        new Random(1).NextBytes(block);
        var atOnce = new byte[20 * 100];
        ReedSolomon.Encode(block, 7, 0, 20, atOnce);
        var later = new byte[100];
        for (var row = 0; row < 20; row++)
        {
            ReedSolomon.Encode(block, 7, row, 1, later);
            Assert.Equal(atOnce[(row * 100)..((row + 1) * 100)], later);
        }
    }
}
