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

    private readonly TrackReceiver _receiver = new(
        MeshWorld.Track, MeshWorld.Domains.StreamKeys, Keys, sink: null, new MeshMetrics(() => default, () => []));

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
        var corruption = Serve(parent, MeshWorld.Key(98)).Corruption!;
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

    private Intake Take(Upstream parent, byte[] frame)
    {
        Assert.True(Frame.TryRead(frame, out var type, out var header, out var length));
        return _receiver.Take(parent, type, frame.AsSpan(header, length));
    }
}
