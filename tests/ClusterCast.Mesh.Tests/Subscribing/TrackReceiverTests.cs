using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Subscribing;

/// <summary>What the frames of a parent are found to be. No connection is needed for that.</summary>
public sealed class TrackReceiverTests
{
    private const ulong Run = 2;
    private static readonly PrivateKey SigningKey = MeshWorld.Key(99);
    private static readonly OneKey Keys = new(SigningKey.Address);

    private readonly TrustedKeys _keys = new(Keys);
    private readonly TrackReceiver _receiver;

    public TrackReceiverTests() => _receiver = new TrackReceiver(
        MeshWorld.Track, MeshWorld.Domains.StreamKeys, _keys, sink: null, new MeshMetrics(() => default));

    [Fact]
    public void All_that_follows_the_init_segment_of_an_older_run_is_late()
    {
        Serve(Parent(1), SigningKey);
        var late = Parent(2);
        Assert.Equal(Verdict.Late, Take(late, Init(Run - 1)).Verdict);
        Assert.Equal(Verdict.Late, Take(late, Frame.Encode(new WindowMessage(0, 1, Hash32.Zero))).Verdict);
        Assert.Equal(Verdict.Late, Take(late, Frame.Encode(new LeafMessage(0, 1, 0, 0, "old"u8))).Verdict);

        // The parent goes on with the current run.
        Assert.Equal(Verdict.Accepted, Take(late, Init(Run)).Verdict);
        Assert.Equal(Verdict.Duplicate, Take(late, Frame.Encode(new WindowMessage(0, 1, Hash32.Zero))).Verdict);
    }

    [Fact]
    public void Media_before_any_init_segment_is_malformed()
    {
        Serve(Parent(1), SigningKey);
        Assert.Equal(Verdict.Malformed, Take(Parent(2), Frame.Encode(new WindowMessage(0, 1, Hash32.Zero))).Verdict);
    }

    [Fact]
    public void A_head_that_no_signing_key_signed_leaves_a_report_that_can_be_checked()
    {
        var parent = Parent(1);
        var doubt = Serve(parent, MeshWorld.Key(98)).Doubt!;
        Assert.Equal(MeshWorld.Key(98).Address, doubt.Signer);
        var corruption = doubt.Corruption;
        var report = Assert.IsType<CorruptHead>(corruption.Report);
        Assert.Equal(parent.Node, report.Node);
        Assert.True(report.IsConsistent(MeshWorld.Domains, Keys, out var reason), reason);
    }

    [Fact]
    public void A_link_that_contradicts_a_signed_head_is_corrupt_and_leaves_no_report()
    {
        Serve(Parent(1), SigningKey);
        var liar = Parent(2);
        Take(liar, Init(Run));
        var intake = Take(liar, Frame.Encode(new WindowMessage(0, 1, Keccak256.Hash("another window"u8))));
        Assert.Equal((Verdict.Corrupt, liar.Node), (intake.Verdict, intake.Corruption!.Node));
        Assert.Null(intake.Corruption.Report);
    }

    [Fact]
    public void A_second_part_by_the_same_key_is_the_broadcasters_offence_and_not_the_parents()
    {
        Serve(Parent(1), SigningKey);
        var other = Parent(2);
        var intake = ServePart(other, SigningKey, "another part"u8);
        var offence = Assert.IsType<Equivocation>(intake.Offence);
        Assert.True(offence.Judge(MeshWorld.Domains, Keys).IsProven);
        Assert.Equal((Verdict.Late, true), (intake.Verdict, intake.IsRevoked));
        Assert.Null(intake.Corruption);
    }

    [Fact]
    public void A_second_part_by_another_key_is_the_parents_lie()
    {
        Serve(Parent(1), SigningKey);
        var intake = ServePart(Parent(2), MeshWorld.Key(98), "another part"u8);
        Assert.Equal(Verdict.Corrupt, intake.Verdict);
        Assert.Null(intake.Offence);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_burst_of_another_window_by_the_same_key_blames_the_broadcaster_once_its_head_has_come(bool asPart)
    {
        Serve(Parent(1), SigningKey);
        var other = Parent(2);
        var (nodes, head) = Burst(other, SigningKey, asPart);
        Assert.Equal([Verdict.Late, Verdict.Late], nodes.Select(intake => intake.Verdict));
        Assert.All(nodes, intake => Assert.Null(intake.Corruption));
        var offence = Assert.IsType<ConflictingParts>(head.Offence);
        Assert.True(offence.Judge(MeshWorld.Domains, Keys).IsProven);
        Assert.True(head.IsRevoked);
        Assert.Equal(0, _receiver.LeavesRejected);
    }

    [Fact]
    public void A_burst_of_another_window_by_another_key_is_the_parents_lie()
    {
        Serve(Parent(1), SigningKey);
        var liar = Parent(2);
        var head = Burst(liar, MeshWorld.Key(98), asPart: false).Head;
        Assert.Equal((Verdict.Corrupt, liar.Node), (head.Verdict, head.Corruption!.Node));
        Assert.Null(head.Offence);
    }

    [Fact]
    public void A_contradiction_that_no_head_follows_is_the_parents_lie()
    {
        Serve(Parent(1), SigningKey);
        var liar = Parent(2);
        Burst(liar, SigningKey, asPart: false, nodes: 1);
        Assert.Equal(Verdict.Corrupt, Take(liar, Frame.Encode(new LeafMessage(0, 1, 0, 0, "leaf"u8))).Verdict);
    }

    [Fact]
    public void Heads_of_a_marked_key_are_late_and_blame_nobody()
    {
        _keys.Mark(MeshWorld.Track.Stream, SigningKey.Address);
        var intake = Serve(Parent(1), SigningKey);
        Assert.Equal((Verdict.Late, true), (intake.Verdict, intake.IsRevoked));
        Assert.Equal(0, _receiver.LeavesRejected);
    }

    [Fact]
    public void A_receipt_is_due_from_the_parent_that_every_leaf_came_from()
    {
        var (builder, first, second) = TwoParts();
        var parent = Parent(1);
        ServeOpened(parent, builder, first);
        Assert.Null(Leaf(parent, first).Closed);
        Assert.Null(Take(parent, NodeOf(second)).Closed);
        Assert.Null(Take(parent, HeadOf(second.Head)).Closed);

        // The last head comes before the last leaf.
        var last = builder.CloseWindow(1_200);
        Assert.Null(Take(parent, HeadOf(last)).Closed);
        Assert.Equal(last.Digest, Leaf(parent, second).Closed!.Digest);
    }

    [Fact]
    public void No_receipt_is_due_from_a_parent_that_came_in_the_middle_of_the_window()
    {
        var (builder, first, second) = TwoParts();
        var silent = Parent(1);
        ServeOpened(silent, builder, first);
        Leaf(silent, first);

        // The next one resumes behind the first part.
        var next = Parent(2);
        ServeOpened(next, builder, first);
        Take(next, NodeOf(second));
        Take(next, HeadOf(second.Head));
        Assert.Null(Leaf(next, second).Closed);
        Assert.Null(Take(next, HeadOf(builder.CloseWindow(1_200))).Closed);
    }

    private static Upstream Parent(byte number) => new(peer: null!, channel: 0, MeshWorld.At(number), isPush: true, now: 0);

    private static byte[] Init(ulong run) => Frame.Encode(new InitMessage(0, run, MeshWorld.Track.Track, "init"u8));

    /// <summary>Takes the first part of the run; returns what its head amounts to.</summary>
    private Intake Serve(Upstream parent, PrivateKey key)
    {
        var builder = new WindowBuilder(MeshWorld.Track, Run, MeshWorld.Domains.StreamKeys, key);
        builder.SetInit("init"u8);
        builder.OpenWindow();
        var part = builder.AddPart("part"u8, 1_000, PartFlags.StartsWithIdr);
        Take(parent, Init(Run));
        Take(parent, Frame.Encode(new WindowMessage(0, 1, Hash32.Zero)));
        Take(parent, Frame.Encode(new NodeMessage(0, 1, 0, part.Node.Time, part.Node.Flags, part.Node.ByteLength, part.Leaves)));
        var head = part.Head;
        return Take(parent, Frame.Encode(new HeadMessage(0, 1, 1, head.Head.Time, head.Head.Flags, head.Signature)));
    }

    private static (WindowBuilder Builder, SignedPart First, SignedPart Second) TwoParts()
    {
        var builder = new WindowBuilder(MeshWorld.Track, Run, MeshWorld.Domains.StreamKeys, SigningKey);
        builder.SetInit("init"u8);
        builder.OpenWindow();
        return (builder, builder.AddPart(TwoBytes(0), 1_000, PartFlags.StartsWithIdr), builder.AddPart(TwoBytes(1), 1_100, PartFlags.None));
    }

    private static byte[] TwoBytes(ushort part) => [(byte)part, 77];

    private static byte[] HeadOf(SignedHead head) => Frame.Encode(new HeadMessage(0, 1, head.Head.Count, head.Head.Time, head.Head.Flags, head.Signature));

    /// <summary>Takes init segment, window, and the node of the first part with its head.</summary>
    private void ServeOpened(Upstream parent, WindowBuilder builder, SignedPart first)
    {
        Take(parent, Init(Run));
        Take(parent, Frame.Encode(new WindowMessage(0, builder.Window, Hash32.Zero)));
        Take(parent, NodeOf(first));
        Take(parent, HeadOf(first.Head));
    }

    private Intake Leaf(Upstream parent, SignedPart part) => Take(parent, Frame.Encode(new LeafMessage(0, 1, part.Node.Index, 0, TwoBytes(part.Node.Index))));

    /// <summary>Takes the first part of the run as a Part frame.</summary>
    private Intake ServePart(Upstream parent, PrivateKey key, ReadOnlySpan<byte> bytes)
    {
        var builder = new WindowBuilder(MeshWorld.Track, Run, MeshWorld.Domains.StreamKeys, key);
        builder.SetInit("init"u8);
        builder.OpenWindow();
        var part = builder.AddPart(bytes, 1_000, PartFlags.StartsWithIdr);
        Take(parent, Init(Run));
        Take(parent, Frame.Encode(new WindowMessage(0, 1, Hash32.Zero)));
        return Take(parent, Frame.Encode(new PartMessage(
            0, 1, 0, part.Node.Time, part.Node.Flags, part.Node.ByteLength, part.Head.Head.Flags, part.Head.Signature, part.Leaves)));
    }

    /// <summary>Takes another window 1 of three parts: the first nodes, then the last part or a node and its head.</summary>
    private (List<Intake> Nodes, Intake Head) Burst(Upstream parent, PrivateKey key, bool asPart, int nodes = 2)
    {
        var builder = new WindowBuilder(MeshWorld.Track, Run, MeshWorld.Domains.StreamKeys, key);
        builder.SetInit("init"u8);
        builder.OpenWindow();
        var parts = Enumerable.Range(0, 3)
            .Select(i => builder.AddPart([(byte)i, 77], 1_000, i == 0 ? PartFlags.StartsWithIdr : PartFlags.None)).ToList();
        Take(parent, Init(Run));
        Take(parent, Frame.Encode(new WindowMessage(0, 1, Hash32.Zero)));
        var taken = parts.Take(nodes).Select(part => Take(parent, NodeOf(part))).ToList();
        var (last, head) = (parts[^1], parts[^1].Head);
        if (nodes < 2)
        {
            return (taken, default);
        }

        if (asPart)
        {
            return (taken, Take(parent, Frame.Encode(new PartMessage(
                0, 1, 2, last.Node.Time, last.Node.Flags, last.Node.ByteLength, head.Head.Flags, head.Signature, last.Leaves))));
        }

        Take(parent, NodeOf(last));
        return (taken, Take(parent, Frame.Encode(new HeadMessage(0, 1, 3, head.Head.Time, head.Head.Flags, head.Signature))));
    }

    private static byte[] NodeOf(SignedPart part) => Frame.Encode(
        new NodeMessage(0, 1, part.Node.Index, part.Node.Time, part.Node.Flags, part.Node.ByteLength, part.Leaves));

    private Intake Take(Upstream parent, byte[] frame)
    {
        Assert.True(Frame.TryRead(frame, out var type, out var header, out var length));
        return _receiver.Take(parent, type, frame.AsSpan(header, length));
    }
}
