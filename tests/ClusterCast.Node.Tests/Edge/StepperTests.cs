using ClusterCast.Media.Egress;
using ClusterCast.Node.Edge;

namespace ClusterCast.Node.Tests.Edge;

public sealed class StepperTests
{
    private static readonly Congestion Free = new(0.02, TimeSpan.Zero, 0, 6);
    private static readonly Congestion Blocked = new(0.9, TimeSpan.FromMilliseconds(100), 0, 1);
    private static readonly Congestion Queued = new(0.1, TimeSpan.FromMilliseconds(700), 0, 1);
    private readonly SteppedTime _time = new();

    [Fact]
    public void Congestion_is_a_step_down_at_the_first_look_and_the_next_one_only_after_the_queue_could_drain()
    {
        var stepper = new Stepper(_time);
        Assert.Equal(Step.Stay, stepper.Decide(Free));
        Assert.Equal(Step.Down, stepper.Decide(Blocked));
        Assert.Equal(Step.Stay, Later(stepper, 1, Queued));
        Assert.Equal(Step.Down, Later(stepper, 4, Queued));
    }

    [Fact]
    public void It_goes_up_after_it_has_kept_pace_and_not_before()
    {
        var stepper = new Stepper(_time);
        stepper.Decide(Blocked);
        Assert.Equal(Step.Stay, Later(stepper, 5, Free));
        Assert.Equal(Step.Stay, Later(stepper, 9, Free));
        Assert.Equal(Step.Up, Later(stepper, 2, Free));
        Assert.Equal(Step.Stay, Later(stepper, 1, Free));
    }

    [Fact]
    public void A_step_up_that_does_not_hold_makes_the_next_one_wait_twice_as_long()
    {
        var stepper = new Stepper(_time);
        stepper.Decide(Blocked);
        Assert.Equal([10, 20, 40, 80, 160, 160], Enumerable.Range(0, 6).Select(_ =>
        {
            Later(stepper, 5, Free);
            var waited = 0;
            while (Later(stepper, 1, Free) != Step.Up) waited++;
            Assert.Equal(Step.Down, Later(stepper, 5, Blocked));
            return waited + 1;
        }));
    }

    [Fact]
    public void In_between_nothing_happens()
    {
        var stepper = new Stepper(_time);
        for (var i = 0; i < 300; i++) Assert.Equal(Step.Stay, Later(stepper, 1, new Congestion(0.45, TimeSpan.FromMilliseconds(300), null, 3)));
    }

    private Step Later(Stepper stepper, double seconds, Congestion congestion)
    {
        _time.Now += TimeSpan.FromSeconds(seconds);
        return stepper.Decide(congestion);
    }
}
