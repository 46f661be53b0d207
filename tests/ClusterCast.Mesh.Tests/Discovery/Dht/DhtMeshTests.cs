using ClusterCast.Mesh.Discovery.Dht;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

/// <summary>Mesh nodes that know nothing but a node of the DHT.</summary>
public sealed class DhtMeshTests
{
    [Fact]
    public async Task Broadcaster_relay_and_viewer_find_each_other_by_the_dht_alone()
    {
        await using var net = new DhtNet();
        var entry = net.Add();
        await using var world = new MeshWorld();
        MeshOptions In(MeshOptions options) => options with { Dht = DhtNet.Loopback with { Bootstrap = [entry.Local.ToString()] } };
        var relay = world.Relay(1, In);
        var publisher = world.Publish(world.Broadcaster(10, In));
        await using var pump = Pump.Start(world, publisher);
        await world.Until(() => relay.Carried.Count == 1);

        var viewer = world.Viewer(20, In);
        await using var subscription = viewer.Subscribe(MeshWorld.Track);
        await MeshWorld.Next(subscription);
        Assert.True(viewer.Dht?.Nodes > 0);
    }

    [Fact]
    public async Task A_sought_stream_is_found_before_its_tracks_are_known()
    {
        await using var net = new DhtNet();
        var entry = net.Add();
        await using var world = new MeshWorld();
        MeshOptions In(MeshOptions options) => options with { Dht = DhtNet.Loopback with { Bootstrap = [entry.Local.ToString()] } };
        var relay = world.Relay(1, In);
        world.Add(world.Publish(relay));
        var viewer = world.Viewer(20, In);
        viewer.Seek(MeshWorld.Track.Stream);
        await world.Until(() => viewer.Records.Any(record => record.Node == relay.NodeId && record.Tracks.Count == 1));
    }

    [Fact]
    public async Task A_node_comes_back_into_the_dht_by_its_own_state()
    {
        await using var net = new DhtNet();
        var entry = net.Add();
        net.Add();
        await using var world = new MeshWorld();
        var viewer = world.Viewer(20, options => options with { Dht = DhtNet.Loopback with { Bootstrap = [entry.Local.ToString()] } });
        await world.Until(() => viewer.Dht?.Nodes > 0);
        await viewer.DisposeAsync();
        Assert.True(File.Exists(Path.Combine(world.Directory, "20", "dht.state")));

        var again = world.Viewer(20, options => options with { Dht = DhtNet.Loopback });
        await world.Until(() => again.Dht?.Nodes > 0);
    }
}
