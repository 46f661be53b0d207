using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Node.Watch;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Tests.Watch;

/// <summary>A viewer that comes late to a real relay.</summary>
[Collection("Meters of the process")]
public sealed class CatchUpTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TrackKey Track = new(new StreamId(1), 480);
    private static readonly PrivateKey SigningKey = PrivateKey.Create(SystemRandomSource.Instance);

    [Theory]
    [InlineData(4, new[] { "4.0", "4.1", "5.0", "5.1" })]
    [InlineData(3, new[] { "4.0", "4.1", "5.0", "5.1" })]
    [InlineData(60, new[] { "1.0", "1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1", "5.0", "5.1" })]
    [InlineData(0, new string[0])]
    public async Task The_windows_before_the_first_live_one_come_in_order(int seconds, string[] expected)
    {
        await using var relay = Start(PeerRole.Relay, listen: true);
        await using var broadcaster = Start(PeerRole.Broadcaster, relay);
        var publisher = broadcaster.Publish(Track, 1, SigningKey);
        publisher.SetInit("init"u8);
        for (uint window = 1; window <= 6; window++)
        {
            publisher.AddPart(System.Text.Encoding.ASCII.GetBytes($"{window}.0"), window * 2_000, startsWindow: true);
            await Until(() => relay.Carried is [{ Path: not null }]);
            publisher.AddPart(System.Text.Encoding.ASCII.GetBytes($"{window}.1"), (window * 2_000) + 100, startsWindow: false);
        }

        await using var viewer = Start(PeerRole.Viewer, relay);
        await using var subscription = viewer.Subscribe(Track);
        using var bound = new CancellationTokenSource(Bound);
        var first = await subscription.Parts.ReadAsync(bound.Token);
        Assert.Equal(6U, first.Window);
        var parts = new List<ReceivedPart>();
        var count = await CatchUp.RunAsync(viewer, first, TimeSpan.FromSeconds(seconds), parts.Add, bound.Token);
        Assert.Equal(expected, parts.Select(part => System.Text.Encoding.ASCII.GetString(part.Bytes.Span)));
        Assert.Equal(expected.Length, count);
    }

    private static MeshNode Start(PeerRole role, MeshNode? relay = null, bool listen = false)
    {
        var node = new MeshNode(new MeshOptions
        {
            Role = role,
            NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
            Domains = Domains.Of(31_337, At(1), At(2), At(3)),
            SigningKeys = new OneKey(),
            TlsListen = listen ? new IPEndPoint(IPAddress.Loopback, 0) : null,
            BootstrapPeers = relay is null ? [] : [new BootstrapPeer(relay.NodeId, $"tls://{relay.TlsEndpoint}")],
        });
        node.Start();
        return node;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), bound.Token);
        }
    }

    private static Address At(byte last) => Address.From([.. new byte[19], last]);

    private sealed class OneKey : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => key == SigningKey.Address;
    }
}
