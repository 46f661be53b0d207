using ClusterCast.Media.Egress;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress;

/// <summary>When a destination is tried again, by a clock that only moves when told.</summary>
public sealed class RetryTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_refused_key_is_not_tried_every_second()
    {
        await using var server = Recording.Server();
        await using var rig = new EgressRig(new OutputFeedOptions { TimeProvider = _time });
        rig.Source.Configure();
        var refused = rig.Add("refused", $"rtmp://{server.EndPoint}/live/wrong", options => options with { Backoff = new BackoffOptions() });
        await rig.HoldsAsync(() => refused.State == DestinationState.Waiting);
        var wait = refused.Status().RetryAt!.Value - _time.GetUtcNow();
        Assert.InRange(wait, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        _time.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.Equal((DestinationState.Waiting, 1), (refused.State, server.Refused));
        await rig.HoldsAsync(() =>
        {
            // Its timer may have been set a moment after the first advance; while it connects, the clock stands.
            if (server.Refused < 2 && refused.State == DestinationState.Waiting) _time.Advance(TimeSpan.FromMilliseconds(200));
            return server.Refused == 2;
        });
        await rig.HoldsAsync(() => refused.State == DestinationState.Waiting);
        Assert.InRange(refused.Status().RetryAt!.Value - _time.GetUtcNow(), TimeSpan.FromSeconds(28), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_restart_does_not_wait_for_the_clock()
    {
        await using var server = Recording.Server();
        await using var rig = new EgressRig(new OutputFeedOptions { TimeProvider = _time });
        rig.Source.Configure();
        var refused = rig.Add("refused", $"rtmp://{server.EndPoint}/live/wrong", options => options with { Backoff = new BackoffOptions() });
        await rig.HoldsAsync(() => refused.State == DestinationState.Waiting);
        rig.Feed.Restart("refused");
        await rig.HoldsAsync(() => server.Refused == 2);
    }

    [Fact]
    public async Task A_destination_that_waits_can_be_removed()
    {
        await using var rig = new EgressRig(new OutputFeedOptions { TimeProvider = _time });
        rig.Add("idle", "rtmp://127.0.0.1:1/live/k");
        await rig.Feed.RemoveAsync("idle");
        rig.Source.Configure();
        var waiting = rig.Add("waiting", "rtmp://127.0.0.1:1/live/k");
        await rig.HoldsAsync(() => waiting.State == DestinationState.Waiting);
        await rig.Feed.RemoveAsync("waiting");
        Assert.Equal(DestinationState.Stopped, waiting.State);
    }
}
