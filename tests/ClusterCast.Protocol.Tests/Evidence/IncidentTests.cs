using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Tests.Windows;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Evidence;

public sealed class IncidentTests
{
    private static readonly HonestStream.Delegated Keys = new(Known.SigningKey.Address);

    [Fact]
    public void Every_leaf_can_be_reported()
    {
        for (var parts = 1; parts <= 9; parts++)
        {
            for (var part = 0; part < parts; part++)
            {
                var report = Samples.CorruptLeaf(parts, part, part % 3);
                Assert.True(report.IsConsistent(Known.Domains, Keys, out var reason), reason);
                Assert.Contains("signed another leaf", reason);
                Assert.NotEqual(report.ExpectedLeafHash, report.ActualLeafHash);
                Assert.Equal((uint)report.Leaf * 16_384, report.Offset);
            }
        }
    }

    [Fact]
    public void A_report_that_was_changed_disagrees_with_itself()
    {
        var report = Samples.CorruptLeaf();
        var other = Samples.CorruptLeaf(part: 2);
        Disagrees(report with { HeadSignature = default }, "signature is invalid");
        Disagrees(report with { Head = report.Head with { Root = Known.Hash("root") } }, "no signing key");
        Disagrees(report with { ExpectedLeafHash = report.ActualLeafHash }, "does not lead");
        Disagrees(report with { Leaf = 0 }, "does not lead");
        Disagrees(report with { Proof = other.Proof }, "does not lead");
        Disagrees(report with { Proof = report.Proof with { Part = report.Proof.Part with { Index = 2 } } }, "does not lead");
        Disagrees(report with { Proof = report.Proof with { Part = report.Proof.Part with { ByteLength = 0 } } }, "does not lead");
        Disagrees(report with { Proof = report.Proof with { LeafSiblings = [] } }, "does not lead");
        Disagrees(report with { Proof = report.Proof with { PartSiblings = other.Proof.PartSiblings } }, "does not lead");

        var bytes = report.LeafBytes.ToArray();
        bytes[5] ^= 0x40;
        Disagrees(report with { LeafBytes = bytes }, "are the signed ones");
    }

    [Fact]
    public void Only_signed_leaves_can_be_reported()
    {
        var window = new HonestStream().Add([300, 300]);
        var verifier = HonestStream.Verifier();
        verifier.SayAll([window.Init, window.Open, window.Node(0), window.Head(0), window.Node(1)]);
        Assert.Throws<ArgumentException>(() => CorruptLeaf.Of(Known.NodeKey.Address, verifier.Current!, 1, 0, [1]));
        Assert.Throws<ArgumentException>(() => CorruptLeaf.Of(Known.NodeKey.Address, verifier.Current!, 0, 1, [1]));
        Assert.Throws<ArgumentException>(() => CorruptHead.Of(Known.NodeKey.Address, verifier));
    }

    [Fact]
    public void A_refused_head_is_reported_with_its_signature()
    {
        var report = Samples.CorruptHead();
        Assert.True(report.IsConsistent(Known.Domains, Keys, out var reason), reason);
        Assert.Contains(Known.NodeKey.Address.ToString(), reason);
        Assert.False(report.IsConsistent(Known.Domains, null, out reason));
        Assert.Contains("only the chain tells", reason);
        Assert.True((report with { HeadSignature = default }).IsConsistent(Known.Domains, null, out reason), reason);
        Assert.False((report with { HeadSignature = Known.SigningKey.Sign(report.Head.Digest(Known.Domains.StreamKeys)) }).IsConsistent(Known.Domains, Keys, out reason));
        Assert.Contains("was a signing key", reason);
    }

    private static void Disagrees(CorruptLeaf report, string because)
    {
        Assert.False(report.IsConsistent(Known.Domains, Keys, out var reason));
        Assert.Contains(because, reason);
    }
}
