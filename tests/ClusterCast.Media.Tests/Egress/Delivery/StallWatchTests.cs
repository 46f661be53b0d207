using ClusterCast.Media.Egress.Delivery;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress.Delivery;

public sealed class StallWatchTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_write_that_waits_too_long_is_a_stall()
    {
        var watch = new StallWatch(TimeSpan.FromSeconds(8), _time);
        Assert.Null(watch.Check("d", TimeSpan.FromSeconds(7.9), 0, null));
        var failure = watch.Check("d", TimeSpan.FromSeconds(8), 0, null)!;
        Assert.Equal((MediaFault.Stalled, "The destination d stalls: it takes no byte since 8 s; check the network between, or lower the bitrate."), (failure.Fault, failure.Message));
    }

    [Fact]
    public void Acknowledgements_that_stand_still_while_we_send_are_a_stall()
    {
        var watch = new StallWatch(TimeSpan.FromSeconds(8), _time);
        Assert.Null(Check(watch, 300_000, 256_000));
        Assert.Null(Check(watch, 600_000, 512_000));
        for (var n = 0; n < 7; n++) Assert.Null(Check(watch, 10_000_000, 512_000));
        Assert.Equal(MediaFault.Stalled, Check(watch, 10_000_000, 512_000)!.Fault);
    }

    [Fact]
    public void A_server_that_acknowledges_never_once_or_rarely_is_let_be()
    {
        var never = new StallWatch(TimeSpan.FromSeconds(8), _time);
        var once = new StallWatch(TimeSpan.FromSeconds(8), _time);
        var rarely = new StallWatch(TimeSpan.FromSeconds(8), _time);
        for (var n = 1; n < 100; n++)
        {
            Assert.Null(Check(never, n * 1_000_000, null));
            Assert.Null(Check(once, n * 1_000_000, 100_000));
            Assert.Null(Check(rarely, n * 100_000, n / 30 * 3_000_000)); // every 3 MB, which takes 30 s
        }
    }

    private MediaException? Check(StallWatch watch, long sent, long? acknowledged)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return watch.Check("d", TimeSpan.Zero, sent, acknowledged);
    }
}
