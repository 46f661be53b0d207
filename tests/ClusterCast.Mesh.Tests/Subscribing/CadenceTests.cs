using ClusterCast.Mesh.Subscribing;

namespace ClusterCast.Mesh.Tests.Subscribing;

/// <summary>From the rhythm of the parts to the silence that is worth an alarm.</summary>
public sealed class CadenceTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly Cadence _cadence;

    public CadenceTests() => _cadence = new Cadence(_time, Longest);

    [Fact]
    public void Before_the_first_part_half_a_second_is_borne() => Assert.Equal(500, _cadence.Alarm.TotalMilliseconds);

    [Theory]
    [InlineData(16, 150)]
    [InlineData(100, 150)]
    [InlineData(400, 450)]
    [InlineData(5_000, 1_000)]
    public void A_steady_track_is_missed_half_an_interval_late_within_bounds(int intervalMs, int expectedMs)
    {
        Play(Enumerable.Repeat(intervalMs, 200));
        Assert.InRange(_cadence.Alarm.TotalMilliseconds, expectedMs - 2, expectedMs + 2);
    }

    [Fact]
    public void An_unsteady_track_is_given_more_time()
    {
        Play(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 20 : 180));
        Assert.InRange(_cadence.Alarm.TotalMilliseconds, 350, 500);
    }

    [Fact]
    public void A_burst_tells_the_rhythm_by_its_capture_times()
    {
        for (var i = 0; i < 50; i++)
        {
            _cadence.OnPart((ulong)(1_000 + (i * 300)));
        }

        Assert.InRange(_cadence.Alarm.TotalMilliseconds, 345, 355);
    }

    [Fact]
    public void One_long_pause_does_not_make_the_next_one_go_unnoticed()
    {
        Play(Enumerable.Repeat(20, 100));
        Play([60_000]);
        Assert.InRange(_cadence.Alarm.TotalMilliseconds, 150, 450);
        Play(Enumerable.Repeat(20, 20));
        Assert.Equal(150, _cadence.Alarm.TotalMilliseconds);
    }

    private void Play(IEnumerable<int> intervals)
    {
        foreach (var interval in intervals)
        {
            _time.Advance(TimeSpan.FromMilliseconds(interval));
            _cadence.OnPart(1);
        }
    }
}
