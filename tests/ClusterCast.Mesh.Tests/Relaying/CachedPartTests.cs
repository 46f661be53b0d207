using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Relaying;

/// <summary>One encoded frame of a leaf serves all subscribers of a channel, as long as the part is near the live edge.</summary>
public sealed class CachedPartTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, WindowLimits.LeafBytes + 10).Select(i => (byte)i)];

    [Fact]
    public void Subscribers_of_one_channel_share_a_frame_and_those_of_another_copy()
    {
        var part = Part();
        var frame = part.LeafFrame(channel: 1, window: 7, leaf: 1);
        Assert.Same(frame, part.LeafFrame(1, 7, 1));
        Assert.NotSame(frame, part.LeafFrame(1, 7, 0));
        Assert.Null(part.LeafFrame(channel: 2, window: 7, leaf: 1));
        using var batch = new FrameBatch { TakesShared = true };
        Assert.True(batch.TryAddShared(frame));
        Assert.Equal(Frame.Encode(new LeafMessage(1, 7, 3, 1, Bytes.AsSpan(WindowLimits.LeafBytes))), batch.Frames.ToArray());
        part.Unshare();
    }

    [Fact]
    public void A_part_that_has_let_go_of_its_frames_makes_none()
    {
        var part = Part();
        var frame = part.LeafFrame(1, 7, 0)!;
        part.Unshare();
        Assert.True(frame.IsClosed);
        Assert.Null(part.LeafFrame(1, 7, 0));
        Assert.Null(part.LeafFrame(1, 7, 1));
    }

    private static CachedPart Part()
    {
        var part = new CachedPart(new PartNode(3, (uint)Bytes.Length, 1, PartFlags.None, default), [default(Hash32), default], Bytes, head: null, nodeAt: 1);
        part.MarkAll(1);
        return part;
    }
}
