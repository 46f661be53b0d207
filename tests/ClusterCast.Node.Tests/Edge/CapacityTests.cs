using ClusterCast.Node.Edge;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Edge;

public sealed class CapacityTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void What_does_not_fit_is_refused_with_the_figures_and_what_runs_is_left_alone()
    {
        var busy = 0.5;
        var capacity = new Capacity(() => busy, 2, refuses: true, _time);
        capacity.Admit(new object(), "Stream 1 as 720p", 0.8);
        var refusal = Assert.Throws<NodeException>(() => capacity.Admit(new object(), "Stream 2 as 720p", 0.8));
        Assert.Equal("Stream 2 as 720p is refused: it needs about 0.80 cores to run in real time, and 0.50 of 2 are free. End another output, choose a smaller profile, or use another edge.", refusal.Message);
        Assert.Equal(ExitCode.Unavailable, refusal.ExitCode);

        // Once the first one's work shows in the busy cores, it is not counted twice.
        (busy, _) = (1.3, _time.Now += TimeSpan.FromSeconds(9));
        capacity.Admit(new object(), "Stream 3 as 360p", 0.45);
    }

    [Fact]
    public void What_has_ended_makes_room()
    {
        var capacity = new Capacity(() => 0, 2, refuses: true, _time);
        var owner = new object();
        capacity.Admit(owner, "a", 1.5);
        Assert.Throws<NodeException>(() => capacity.Admit(new object(), "b", 1.5));
        capacity.Release(owner);
        capacity.Admit(new object(), "b", 1.5);
    }

    [Fact]
    public void It_can_be_told_not_to_refuse() => new Capacity(() => 2, 2, refuses: false, _time).Admit(new object(), "a", 5);
}
