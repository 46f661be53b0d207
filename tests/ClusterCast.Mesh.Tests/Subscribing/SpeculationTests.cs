using ClusterCast.Mesh.Subscribing;

namespace ClusterCast.Mesh.Tests.Subscribing;

/// <summary>What is learnt from who delivered first.</summary>
public sealed class SpeculationTests
{
    private static readonly TimeSpan Alarm = TimeSpan.FromMilliseconds(150);

    private readonly ManualTime _time = new();
    private readonly Speculation _speculation;

    public SpeculationTests() => _speculation = new Speculation(_time);

    [Fact]
    public void A_parent_that_held_back_what_another_one_had_is_told_apart_from_a_source_that_paused()
    {
        var asked = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.True(_speculation.Settle(secondDelivered: true, asked));
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.False(_speculation.Settle(secondDelivered: true, asked));
        Assert.False(_speculation.Settle(secondDelivered: false, _time.GetTimestamp()));
    }

    [Fact]
    public void Vain_alarms_double_the_patience_up_to_eight_times_and_an_earned_one_forgets_them()
    {
        Assert.Equal(Alarm, _speculation.Patience(Alarm));
        foreach (var times in new[] { 2, 4, 8, 8 })
        {
            _speculation.Settle(secondDelivered: false, _time.GetTimestamp());
            Assert.Equal(times * Alarm, _speculation.Patience(Alarm));
        }

        _speculation.Settle(secondDelivered: true, _time.GetTimestamp());
        Assert.Equal(Alarm, _speculation.Patience(Alarm));
    }

    [Fact]
    public void Vain_alarms_are_forgotten_with_time()
    {
        _speculation.Settle(secondDelivered: false, _time.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(2 * Alarm, _speculation.Patience(Alarm));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Alarm, _speculation.Patience(Alarm));
    }

    [Fact]
    public void Each_parent_that_is_silent_too_has_a_turn_twice_as_long_as_the_one_before()
    {
        var first = _speculation.Turn;
        _speculation.NextTurn();
        Assert.Equal(2 * first, _speculation.Turn);
        for (var i = 0; i < 100; i++)
        {
            _speculation.NextTurn();
        }

        Assert.Equal(64 * first, _speculation.Turn);

        // After several turns nobody can be said to have held anything back.
        Assert.False(_speculation.Settle(secondDelivered: true, _time.GetTimestamp()));
        Assert.Equal(first, _speculation.Turn);
    }
}
