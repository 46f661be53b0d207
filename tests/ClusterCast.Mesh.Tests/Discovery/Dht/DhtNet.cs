using System.Net;
using ClusterCast.Mesh.Discovery.Dht;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

/// <summary>DHT nodes on loopback that enter by the first of them.</summary>
internal sealed class DhtNet : IAsyncDisposable
{
    private readonly List<DhtNode> _nodes = [];

    public static DhtOptions Loopback { get; } = new() { Listen = [new IPEndPoint(IPAddress.Loopback, 0)] };

    public IReadOnlyList<DhtNode> Nodes => _nodes;

    public DhtNode Add(byte[]? state = null, Func<DhtOptions, DhtOptions>? change = null)
    {
        var options = _nodes.Count == 0 ? Loopback : Loopback with { Bootstrap = [_nodes[0].Local.ToString()] };
        var node = DhtNode.Open(change?.Invoke(options) ?? options, state);
        _nodes.Add(node);
        return node;
    }

    public async Task Kill(IReadOnlyCollection<DhtNode> victims)
    {
        _nodes.RemoveAll(victims.Contains);
        await Task.WhenAll(victims.Select(node => node.DisposeAsync().AsTask()));
    }

    /// <summary>Looks the topic up until the peer with that port is found.</summary>
    public static async Task Find(DhtNode node, DhtTopic topic, int port, TimeSpan? patience = null)
    {
        using var bound = new CancellationTokenSource(patience ?? MeshWorld.Bound);
        while (true)
        {
            await foreach (var peer in node.FindAsync(topic, TimeSpan.FromMilliseconds(500), bound.Token))
            {
                if (peer.Port == port)
                {
                    Assert.Equal(IPAddress.Loopback, peer.Address);
                    return;
                }
            }

            bound.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until a node knows so many others.</summary>
    public static async Task Knows(DhtNode node, int others)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        while ((await node.StatisticsAsync(bound.Token)).Nodes < others)
        {
            await Task.Delay(10, bound.Token);
        }
    }

    public static DhtTopic Topic(int number) => DhtTopic.OfRegion(MeshWorld.Domains.RelayStaking, $"test {number}")[0];

    public async ValueTask DisposeAsync() => await Kill([.. _nodes]);
}
