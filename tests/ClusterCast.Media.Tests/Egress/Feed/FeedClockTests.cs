using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress.Feed;

public sealed class FeedClockTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Times_begin_at_zero_keep_their_steps_and_do_not_wrap()
    {
        var clock = new FeedClock(_time);
        Assert.Equal([0, 33, 23, 66, 99], new uint[] { 0xFFFFFFD0, 0xFFFFFFF1, 0xFFFFFFE7, 0x12, 0x33 }.Select(clock.Next));
    }

    [Theory]
    [InlineData(5u)]
    [InlineData(4_000_000_000u)]
    public void A_jump_is_closed_by_the_time_that_passed(uint after)
    {
        var clock = new FeedClock(_time);
        clock.Next(100_000);
        clock.Next(100_033);
        _time.Advance(TimeSpan.FromMilliseconds(700));
        Assert.Equal([733, 766], new[] { after, after + 33 }.Select(clock.Next));
    }

    [Fact]
    public void A_pause_of_the_source_is_no_jump()
    {
        var clock = new FeedClock(_time);
        clock.Next(0);
        Assert.Equal(9_000, clock.Next(9_000));
    }
}
