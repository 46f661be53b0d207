using System.Net;
using System.Net.Sockets;
using ClusterCast.Mesh.Discovery.Dht;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

public sealed class DhtNodeTests
{
    [Fact]
    public async Task What_one_node_announces_another_finds()
    {
        await using var net = new DhtNet();
        net.Add();
        var (relay, viewer) = (net.Add(), net.Add(change: options => options with { ReadOnly = true }));
        await DhtNet.Knows(relay, 1);
        await DhtNet.Knows(viewer, 1);
        relay.Announce(DhtNet.Topic(1), 4_430);
        await DhtNet.Find(viewer, DhtNet.Topic(1), 4_430);
    }

    [Fact]
    public async Task A_lookup_without_an_answer_ends_in_time()
    {
        await using var net = new DhtNet();
        await foreach (var peer in net.Add().FindAsync(DhtNet.Topic(1), TimeSpan.FromMilliseconds(50)))
        {
            Assert.Fail($"Nobody announced {peer}.");
        }
    }

    [Fact]
    public async Task The_state_leads_back_into_the_network_without_a_bootstrap_node()
    {
        await using var net = new DhtNet();
        var first = net.Add();
        net.Add();
        var old = net.Add();
        await DhtNet.Knows(old, 2);
        var state = old.Save();
        first.Announce(DhtNet.Topic(1), 7);
        await DhtNet.Find(old, DhtNet.Topic(1), 7);
        await net.Kill([old]);

        var again = net.Add(state, options => options with { Bootstrap = [] });
        await DhtNet.Knows(again, 2);
        await DhtNet.Find(again, DhtNet.Topic(1), 7);
        Assert.Equal(DhtTopic.Size, Assert.Single(again.NodeIds()).ToArray().Length);
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_is_left_out()
    {
        await using var net = new DhtNet();
        net.Add();
        await DhtNet.Knows(net.Add("no bencoded state"u8.ToArray()), 1);
    }

    [Fact]
    public void A_port_in_use_is_named()
    {
        using var other = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var taken = (IPEndPoint)other.Client.LocalEndPoint!;
        var refusal = Assert.Throws<MeshException>(() => DhtNode.Open(DhtNet.Loopback with { Listen = [taken] }));
        Assert.Contains("cannot listen", refusal.Message);
    }

    [Theory]
    [InlineData("router.example")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:99999999999999999999")]
    [InlineData("127.0.0.1:0")]
    [InlineData(":6881")]
    public void A_wrong_bootstrap_node_is_named(string bootstrap) =>
        Assert.Contains(bootstrap, Assert.Throws<MeshException>(() => DhtNode.Open(DhtNet.Loopback with { Bootstrap = [bootstrap] })).Message);

    [Fact]
    public async Task Lookups_end_with_the_node()
    {
        await using var net = new DhtNet();
        var node = net.Add();
        var finding = Task.Run(async () =>
        {
            await foreach (var _ in node.FindAsync(DhtNet.Topic(1), MeshWorld.Bound))
            {
            }
        });
        await node.StatisticsAsync();
        await net.Kill([node]);
        await finding.WaitAsync(MeshWorld.Bound);
    }

    [Fact]
    public async Task Without_a_gateway_no_port_is_mapped()
    {
        await using var net = new DhtNet();
        Assert.Empty(net.Add().MapPort(udp: true, 4_430, 4_430));
    }
}
