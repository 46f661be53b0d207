using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

public sealed class TreeHashTests
{
    private static readonly TrackKey Track = new(new StreamId(1), 480);

    [Fact]
    public void A_leaf_hash_covers_its_place()
    {
        var bytes = Known.Bytes(1, 100);
        Hash32[] hashes =
        [
            TreeHash.Leaf(Track, 1, 1, 1, 1, bytes), TreeHash.Leaf(new TrackKey(new StreamId(2), 480), 1, 1, 1, 1, bytes), TreeHash.Leaf(Track with { Track = 481 }, 1, 1, 1, 1, bytes),
            TreeHash.Leaf(Track, 2, 1, 1, 1, bytes), TreeHash.Leaf(Track, 1, 2, 1, 1, bytes), TreeHash.Leaf(Track, 1, 1, 2, 1, bytes), TreeHash.Leaf(Track, 1, 1, 1, 2, bytes),
            TreeHash.Leaf(Track, 1, 1, 1, 1, bytes.AsSpan(1)), TreeHash.Init(bytes),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void Hashing_a_leaf_allocates_nothing()
    {
        var bytes = Known.Bytes(1, WindowLimits.LeafBytes);
        var hashes = new Hash32[200];
        TreeHash.Leaf(Track, 1, 1, 0, 0, bytes);
        Frontier.RootOf(hashes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = TreeHash.Leaf(Track, 1, 1, (ushort)i, 0, bytes);
        }

        Frontier.RootOf(hashes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Threads_do_not_mix_their_hashes()
    {
        var expected = Enumerable.Range(0, 64).Select(i => TreeHash.Leaf(Track, 1, 1, 0, 0, Known.Bytes(i, 20_000))).ToArray();
        Parallel.For(0, 64, i => Assert.Equal(expected[i], TreeHash.Leaf(Track, 1, 1, 0, 0, Known.Bytes(i, 20_000))));
    }
}
