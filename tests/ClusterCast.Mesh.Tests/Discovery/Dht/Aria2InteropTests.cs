using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

public sealed class Aria2InteropTests
{
    // aria2 looks topics up when it feels like it, at the latest a minute after its start.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    [Fact]
    public async Task Our_nodes_and_aria2_find_what_the_other_announced()
    {
        await using var net = new DhtNet();
        for (var i = 0; i < 8; i++)
        {
            net.Add();
        }

        foreach (var node in net.Nodes)
        {
            await DhtNet.Knows(node, 3);
        }

        using var relay = new TcpListener(IPAddress.Loopback, 0);
        relay.Start();
        net.Nodes[2].Announce(DhtNet.Topic(1), (ushort)((IPEndPoint)relay.LocalEndpoint).Port);
        await DhtNet.Find(net.Nodes[5], DhtNet.Topic(1), ((IPEndPoint)relay.LocalEndpoint).Port);

        await using var aria = new Aria2(net.Nodes[4].Local, DhtNet.Topic(1));
        var dials = relay.AcceptSocketAsync();
        var announces = DhtNet.Find(net.Nodes[5], DhtNet.Topic(1), aria.Port, Patience);
        try
        {
            (await dials.WaitAsync(Patience)).Dispose();
            await announces;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Assert.Fail($"{(dials.IsCompleted ? "aria2 has not announced itself" : "aria2 has not found our relay")}. It says:\n{aria.Log}");
        }
    }
}
