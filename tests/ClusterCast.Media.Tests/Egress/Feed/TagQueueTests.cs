using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Egress.Feed;

public sealed class TagQueueTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Closed_it_takes_nothing_and_open_it_begins_with_an_IDR_frame()
    {
        var queue = Queue();
        Offer(queue, idr: true);
        queue.Open();
        Offer(queue, idr: false);
        Offer(queue, idr: false, sound: true);
        Assert.False(queue.TryTake(out _));
        Offer(queue, idr: true);
        Offer(queue, idr: false);
        Assert.Equal([true, false], Take(queue).Select(tag => tag.IsIdr));
        Assert.Equal((2L, 0L), (queue.Missed, queue.Dropped));
    }

    [Fact]
    public void Over_its_bytes_it_drops_up_to_the_newest_IDR_frame()
    {
        var queue = Queue(maxBytes: 1000);
        queue.Open();
        Offer(queue, idr: true, size: 300);
        Offer(queue, idr: false, size: 300);
        Offer(queue, idr: true, size: 300);
        Assert.True(Offer(queue, idr: false, size: 200));
        Assert.Equal([true, false], Take(queue).Select(tag => tag.IsIdr));
        Assert.Equal((2L, 0L), (queue.Dropped, queue.Bytes));
    }

    [Fact]
    public void Over_its_bytes_within_one_group_it_drops_all_and_waits_for_the_next_IDR_frame()
    {
        var queue = Queue(maxBytes: 1000);
        queue.Open();
        Offer(queue, idr: true, size: 600);
        Assert.True(Offer(queue, idr: false, size: 600));
        Assert.False(Offer(queue, idr: false, size: 10));
        Assert.False(queue.TryTake(out _));
        Offer(queue, idr: true, size: 10);
        Assert.Single(Take(queue));
        Assert.Equal((3L, 0L), (queue.Dropped, queue.Missed));
    }

    [Fact]
    public void Over_its_age_it_drops()
    {
        var queue = Queue();
        queue.Open();
        Offer(queue, idr: true);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), queue.Age);
        Assert.False(Offer(queue, idr: false));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(Offer(queue, idr: true));
        Assert.True(Assert.Single(Take(queue)).IsIdr);
    }

    [Fact]
    public void Closing_lets_go_of_everything()
    {
        var queue = Queue();
        queue.Open();
        var tag = Tag(true, false, 100);
        queue.Offer(tag);
        tag.Release();
        Assert.Equal(100, tag.Length); // the queue holds it
        queue.Close();
        Assert.Throws<ObjectDisposedException>(() => tag.Body.Length);
        Assert.Equal((0L, 1L), (queue.Bytes, queue.Missed));
    }

    /// <summary>Whatever comes and goes: what is taken can be decoded, bounds hold, and no picture is lost without being counted.</summary>
    [Fact]
    public void What_is_taken_can_be_decoded_and_every_picture_is_counted() => Properties.Hold(
        (from kind in Gen.Choose(0, 9) from size in Gen.Choose(1, 500) from take in Gen.Choose(0, 3) select (kind, size, take)).ListOf(),
        steps =>
        {
            var queue = Queue(maxBytes: 2000);
            queue.Open();
            long offered = 0, taken = 0;
            var last = -1L; // number of the last picture that was taken
            foreach (var (kind, size, take) in steps)
            {
                var sound = kind >= 7;
                var tag = Tag(kind == 0, sound, size, sound ? -1 : offered);
                if (!sound) offered++;
                queue.Offer(tag);
                tag.Release();
                if (queue.Bytes > 2000) return false;
                for (var n = take; n > 0 && queue.TryTake(out var next); n--)
                {
                    if (next!.IsVideo)
                    {
                        if (!next.IsIdr && next.TimeMs != last + 1) return false;
                        (taken, last) = (taken + 1, next.TimeMs);
                    }
                    next.Release();
                }
            }
            queue.Close();
            return offered == taken + queue.Dropped + queue.Missed;
        });

    private TagQueue Queue(int maxBytes = 1 << 20) => new(maxBytes, TimeSpan.FromSeconds(4), _time, () => { });

    private bool Offer(TagQueue queue, bool idr, bool sound = false, int size = 100)
    {
        var tag = Tag(idr, sound, size);
        var dropped = queue.Offer(tag);
        tag.Release();
        return dropped;
    }

    private SharedTag Tag(bool idr, bool sound, int size, long time = 0) =>
        new(sound ? RtmpMessageType.Audio : RtmpMessageType.Video, PooledBytes.Rent(size), StreamHeaders.None, time, idr && !sound, _time.GetTimestamp());

    private static List<SharedTag> Take(TagQueue queue)
    {
        var tags = new List<SharedTag>();
        while (queue.TryTake(out var tag)) tags.Add(tag!);
        return tags;
    }
}
