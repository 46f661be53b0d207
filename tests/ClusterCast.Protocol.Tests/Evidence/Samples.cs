using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Tests.Windows;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Evidence;

/// <summary>One proven offence and one incident of each kind.</summary>
internal static class Samples
{
    public static FalseReceipt FalseReceipt()
    {
        var head = new HonestStream().Add([20_000, 300]).Last!;
        var receipt = new Receipt(Known.NodeKey.Address, Known.ViewingKey.Address, head.Digest, Known.Hash("another root"), 20_300, 3_000);
        return new FalseReceipt(head.Head, head.Signature, receipt, Known.NodeKey.Sign(receipt.Digest(Known.Domains.RelayStaking)));
    }

    public static Equivocation Equivocation()
    {
        var first = new HonestStream().Add([20_000, 300]).Last!;
        var second = new HonestStream().Add([20_000, 301]).Last!;
        return new Equivocation(first.Head, first.Signature, second.Head, second.Signature);
    }

    /// <summary>The third of five parts against another one, under a head over four.</summary>
    public static ConflictingParts ConflictingParts()
    {
        var (window, other) = (new HonestStream().Add([20_000, 300, 400, 500, 600]), new HonestStream().Add([20_000, 300, 401, 500]));
        return new ConflictingParts(2, window.Last!.Head, window.Last.Signature, Part(window, 2), other.Last!.Head, other.Last.Signature, Part(other, 2));
    }

    public static PartsBeyondLast PartsBeyondLast()
    {
        var (window, longer) = (new HonestStream().Add([20_000, 300]), new HonestStream().Add([20_000, 300, 400]));
        return new PartsBeyondLast(window.Last!.Head, window.Last.Signature, longer.Last!.Head, longer.Last.Signature);
    }

    public static PartProof Part(HonestWindow window, int index) =>
        PartProof.Create(window.Parts.Select(part => TreeHash.Part(part.Signed.Node)).ToArray(), index);

    public static CorruptLeaf CorruptLeaf(int parts = 5, int part = 1, int leaf = 2)
    {
        var window = new HonestStream().Add([.. Enumerable.Range(0, parts).Select(i => 40_000 + i)]);
        var verifier = HonestStream.Verifier();
        verifier.SayAll(window.Burst(parts).TakeWhile(s => s is not LeafSaid));
        var said = (LeafSaid)window.Leaf(part, leaf);
        said.Bytes[5] ^= 0x40;
        Assert.Equal(Verdict.Corrupt, verifier.Say(said));
        return ClusterCast.Protocol.Evidence.CorruptLeaf.Of(Known.NodeKey.Address, verifier.Current!, said.Part, said.Leaf, said.Bytes);
    }

    public static CorruptHead CorruptHead()
    {
        var window = new HonestStream(key: Known.NodeKey).Add([300]);
        var verifier = HonestStream.Verifier();
        verifier.SayAll([window.Init, window.Open, window.Node(0)]);
        Assert.Equal(Verdict.Corrupt, verifier.Say(window.Head(0)));
        return ClusterCast.Protocol.Evidence.CorruptHead.Of(Known.NodeKey.Address, verifier);
    }
}
