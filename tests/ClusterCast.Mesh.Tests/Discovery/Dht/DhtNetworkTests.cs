namespace ClusterCast.Mesh.Tests.Discovery.Dht;

public sealed class DhtNetworkTests
{
    private const int Size = 24;
    private const int Topics = 16;

    [Fact]
    public async Task With_a_third_of_the_nodes_killed_at_once_every_topic_is_still_found()
    {
        await using var net = new DhtNet();
        for (var i = 0; i < Size; i++)
        {
            net.Add();
        }

        foreach (var node in net.Nodes)
        {
            await DhtNet.Knows(node, 8);
        }

        for (var topic = 0; topic < Topics; topic++)
        {
            net.Nodes[topic].Announce(DhtNet.Topic(topic), (ushort)(1_000 + topic));
            await DhtNet.Find(net.Nodes[^1], DhtNet.Topic(topic), 1_000 + topic);
        }

        // By the first one all others have entered.
        await net.Kill([.. net.Nodes.Where((_, i) => i % 3 == 0)]);
        for (var topic = 0; topic < Topics; topic++)
        {
            await DhtNet.Find(net.Nodes[topic % net.Nodes.Count], DhtNet.Topic(topic), 1_000 + topic);
        }

        var newcomer = net.Add();
        await DhtNet.Knows(newcomer, 1);
        await DhtNet.Find(newcomer, DhtNet.Topic(0), 1_000);
    }
}
