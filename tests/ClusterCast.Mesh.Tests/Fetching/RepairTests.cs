using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Mesh.Subscribing;

namespace ClusterCast.Mesh.Tests.Fetching;

/// <summary>A subscriber that lost parts gets them back: verified, in order, and paid.</summary>
public sealed class RepairTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Parts_that_the_parent_passed_over_are_fetched_from_its_cache()
    {
        await using var world = new MeshWorld();
        var till = new SwitchableSessions();
        var purse = new CountingPurse();
        var relay = world.Relay(1, options => options with { ServingSessions = till, MaxLatency = TimeSpan.FromMilliseconds(200) });
        var (publisher, viewer, subscription) = await Join(world, relay, options => options with { PayingSessions = purse });

        await LoseTheRestOfTheWindow(world, publisher, till, relay);
        for (var i = 1; i < 8; i++)
        {
            Assert.Equal(world.Sent[i], (await MeshWorld.Next(subscription)).Bytes.ToArray());
        }

        Assert.Equal(0, subscription.Statistics.PartsLost);
        Assert.True(viewer.Snapshot().Fetching.PartsRepaired >= 3, $"{viewer.Snapshot().Fetching} {relay.Snapshot().Fetching}");
        Assert.Equal(till.Spent, purse.Verified);
    }

    [Fact]
    public async Task Parts_that_the_parent_has_forgotten_are_fetched_from_another_that_says_it_has_them()
    {
        await using var world = new MeshWorld();
        var till = new SwitchableSessions();
        var parent = world.Relay(1, options => options with
        {
            ServingSessions = till, MaxLatency = TimeSpan.FromMilliseconds(200), CacheFor = TimeSpan.Zero,
        });

        // The other one carries the track too, and has no place for a subscriber.
        var other = world.Relay(2, options => options with { MaxSubscribers = 0, BootstrapPeers = [PeerOf(parent)] });
        world.Bootstrap(parent, other);
        var (publisher, viewer, subscription) = await Join(world, parent);
        await world.Until(() => viewer.Peers.Any(peer => peer.Node == other.NodeId)
            && other.Carries is [{ Statistics: { PartsDelivered: 1 } carried }] && carried.Relay == MeshWorld.Key(10).Address);

        await LoseTheRestOfTheWindow(world, publisher, till, parent);
        for (var i = 1; i < 8; i++)
        {
            Assert.Equal(world.Sent[i], (await MeshWorld.Next(subscription)).Bytes.ToArray());
        }

        Assert.Equal(0, subscription.Statistics.PartsLost);
        Assert.True(other.Snapshot().Fetching.Served >= 1, $"{other.Snapshot().Fetching}");
    }

    [Fact]
    public async Task What_nobody_has_is_given_up_and_the_stream_goes_on()
    {
        await using var world = new MeshWorld();
        var till = new SwitchableSessions();
        var relay = world.Relay(1, options => options with
        {
            ServingSessions = till, MaxLatency = TimeSpan.FromMilliseconds(200), CacheFor = TimeSpan.Zero,
        });
        var (publisher, viewer, subscription) = await Join(world, relay);

        await LoseTheRestOfTheWindow(world, publisher, till, relay);
        var next = await MeshWorld.Next(subscription);
        Assert.Equal(2U, next.Window);
        Assert.Equal(world.Sent[4], next.Bytes.ToArray());
        Assert.True(viewer.Snapshot().Fetching.Missed >= 1);
        Assert.Equal(0, viewer.Snapshot().Fetching.PartsRepaired);
    }

    private static BootstrapPeer PeerOf(MeshNode relay) => new(relay.NodeId, $"tls://{relay.TlsEndpoint}");

    /// <summary>A viewer that has got the first part.</summary>
    private static async Task<(Publisher Publisher, MeshNode Viewer, TrackSubscription Subscription)> Join(
        MeshWorld world, MeshNode relay, Func<MeshOptions, MeshOptions>? change = null)
    {
        if (!File.Exists(world.BootstrapPath))
        {
            world.Bootstrap(relay);
        }

        var publisher = world.Publish(world.Broadcaster(10, options => options with { PushTo = 2 }));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);
        var viewer = world.Viewer(20, options =>
        {
            options = options with { RepairFor = Long, StallAfter = Long };
            return change?.Invoke(options) ?? options;
        });
        var subscription = viewer.Subscribe(MeshWorld.Track);
        Assert.Equal(world.Sent[0], (await MeshWorld.Next(subscription)).Bytes.ToArray());
        return (publisher, viewer, subscription);
    }

    /// <summary>The relay may not send for longer than it keeps media for a subscriber; then it may, and the next window has begun.</summary>
    private static async Task LoseTheRestOfTheWindow(MeshWorld world, Publisher publisher, SwitchableSessions till, MeshNode relay)
    {
        till.IsBlocked = true;
        for (var i = 1; i < 4; i++)
        {
            world.Add(publisher);
        }

        await world.Until(() => relay.Snapshot().WindowsSkipped >= 1);
        till.IsBlocked = false;
        for (var i = 4; i < 8; i++)
        {
            world.Add(publisher);
        }
    }
}
