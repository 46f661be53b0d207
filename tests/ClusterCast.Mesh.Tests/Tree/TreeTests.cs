using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Tree;

public class TreeTests
{
    /// <summary>What carries the connections.</summary>
    protected virtual EndpointKind By => EndpointKind.Tls;

    [Fact]
    public async Task Three_relays_that_know_one_bootstrap_peer_form_a_tree_of_two_levels()
    {
        await using var world = new MeshWorld(By);
        var first = world.Relay(1);
        world.Bootstrap(first);
        var second = world.Relay(2);
        var third = world.Relay(3);
        MeshNode[] relays = [first, second, third];
        var broadcaster = world.Broadcaster(10);
        await world.Until(() => relays.All(relay => relay.Records.Count == 2) && broadcaster.Records.Count == 3);

        var publisher = world.Publish(broadcaster);
        world.Add(publisher);
        await world.Until(() => relays.All(relay => relay.Carried is [{ Path: not null }]));

        var paths = relays.Select(relay => relay.Carried[0].Path!).ToList();
        Assert.All(paths, path => Assert.Equal(broadcaster.NodeId, path[0]));
        Assert.Equal([2, 3, 3], paths.Select(path => path.Count).Order());
        Assert.Equal(1, publisher.Subscribers);
    }

    [Fact]
    public async Task A_viewer_gets_every_byte_through_two_levels()
    {
        await using var world = new MeshWorld(By);
        var first = world.Relay(1);
        world.Bootstrap(first);
        var second = world.Relay(2);
        var broadcaster = world.Broadcaster(10);
        var publisher = world.Publish(broadcaster);
        world.Add(publisher);
        await world.Until(() => second.Carried is [{ Path: not null }] && first.Carried is [{ Path: not null }]);

        var lower = first.Carried[0].Path!.Count == 3 ? first : second;
        world.Bootstrap(lower);
        var viewer = world.Viewer(20, options => options with { MaxPeers = 1 });
        var subscription = viewer.Subscribe(MeshWorld.Track);
        for (var i = 0; i < 30; i++)
        {
            var received = await MeshWorld.Next(subscription);
            Assert.Equal(world.Sent[i], received.Bytes.ToArray());
            Assert.Equal(i % 4 == 0, received.StartsWindow);
            world.Add(publisher);
        }

        Assert.Equal(0, subscription.Statistics.PartsLost);
        Assert.Equal(0, subscription.Statistics.LeavesRejected);
        Assert.Equal(PeerRole.Viewer, lower.Peers.Single(peer => peer.Node == viewer.NodeId).Role);
    }
}
