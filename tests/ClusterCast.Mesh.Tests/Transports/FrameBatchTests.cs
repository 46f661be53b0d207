using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Quic.Native;
using ClusterCast.Protocol.Tests;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports;

/// <summary>Frames that are copied and frames that are shared are one sequence. Alone, since native memory is counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class FrameBatchTests
{
    [Fact]
    public void Copied_and_shared_frames_keep_their_order() => Properties.Hold(random =>
    {
        using var batch = new FrameBatch { TakesShared = true };
        var expected = new List<byte>();
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var bytes = new byte[random.Next(1, 3_000)];
            random.NextBytes(bytes);
            var encoded = Frame.Encode(new LeafMessage(1, 2, 3, (byte)i, bytes));
            using var shared = random.Next(2) == 0 ? SharedFrame.Of(new LeafMessage(1, 2, 3, (byte)i, bytes)) : null;
            if (!batch.TryAddShared(shared))
            {
                batch.AddEncoded(encoded);
            }

            expected.AddRange(encoded);
        }

        Assert.Equal(expected.Count, batch.Length);
        Assert.Equal(expected, batch.Frames.ToArray());
        Assert.True(batch.Shared.IsEmpty);
        Assert.Equal(expected.Count, batch.Length);
    });

    [Fact]
    public void A_batch_takes_what_its_transport_can_send_and_is_full_with_it()
    {
        using var frame = SharedFrame.Of(new LeafMessage(1, 2, 3, 4, new byte[16_000]))!;
        using var copies = new FrameBatch();
        Assert.False(copies.TryAddShared(frame));
        using var batch = new FrameBatch { TakesShared = true };
        Assert.False(batch.TryAddShared(null));
        for (var i = 0; i < 4; i++)
        {
            Assert.False(batch.IsFull);
            Assert.True(batch.TryAddShared(frame));
        }

        Assert.True(batch.IsFull);
        Assert.True(batch.Own.IsEmpty);
    }

    [Fact]
    public void A_disposed_frame_is_sent_by_those_that_have_it_and_taken_by_nobody_else()
    {
        var before = QuicNative.Slabs();
        using (var batch = new FrameBatch { TakesShared = true })
        {
            var frame = SharedFrame.Of(new LeafMessage(1, 2, 3, 4, [5, 6, 7]))!;
            Assert.True(batch.TryAddShared(frame));
            frame.Dispose();
            Assert.False(batch.TryAddShared(frame));
            Assert.Equal(before + 1, QuicNative.Slabs());
            Assert.Equal(Frame.Encode(new LeafMessage(1, 2, 3, 4, [5, 6, 7])), batch.Frames.ToArray());
            Assert.Equal(before, QuicNative.Slabs());
        }

        Assert.Equal(before, QuicNative.Slabs());
    }
}
