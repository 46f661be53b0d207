using ClusterCast.Mesh.Scoring;

namespace ClusterCast.Mesh.Tests.Scoring;

/// <summary>Late is told from old, and from a clock that is wrong.</summary>
public sealed class LatenessTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0UL)]
    [InlineData(1_700_000_000_000UL)]
    public void A_parent_whose_parts_fall_behind_is_late_once_a_second_whatever_the_clocks_say(ulong epoch)
    {
        var lateness = new Lateness(_time);
        Assert.Equal(0, Play(lateness, epoch, parts: 100, behindMs: 0));
        Assert.Equal(0, Play(lateness, epoch, parts: 20, behindMs: 500));
        Assert.Equal(3, Play(lateness, epoch, parts: 30, behindMs: 1_000));
        Assert.Equal(0, Play(lateness, epoch, parts: 20, behindMs: 0));
    }

    [Fact]
    public void What_a_new_parent_sends_first_is_old_and_not_late()
    {
        var lateness = new Lateness(_time);
        Play(lateness, 0, parts: 100, behindMs: 0);
        Assert.False(lateness.IsLate(0, _time.GetTimestamp()));
    }

    private int Play(Lateness lateness, ulong epoch, int parts, int behindMs)
    {
        var late = 0;
        for (var i = 0; i < parts; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            var now = (ulong)TimeSpan.FromTicks(_time.GetTimestamp()).TotalMilliseconds;
            late += lateness.IsLate(epoch + 10_000 + now - (ulong)behindMs, askedAt: -TimeSpan.TicksPerMinute) ? 1 : 0;
        }

        return late;
    }
}
