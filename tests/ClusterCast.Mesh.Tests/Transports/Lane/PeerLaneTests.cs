using System.Diagnostics.Metrics;
using System.Threading.Channels;
using ClusterCast.Mesh.Guarding;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>A node that serves a connection whose datagrams are lost: its frames come in their order, over the lane or without one.</summary>
public sealed class PeerLaneTests
{
    private const int Parts = 200;

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.3)]
    public async Task Media_comes_complete_and_in_order_over_a_lossy_lane(double loss)
    {
        await using var scene = await Scene.Open(loss);
        scene.Viewer.OpenLane();
        await scene.Subscribe();
        await scene.Serve();
        await scene.AssertServed();
        Assert.True(scene.Link.SentDatagrams > Parts * 4);
        Assert.Equal(loss > 0, scene.Link.Lost > 0);
    }

    [Fact]
    public async Task A_lane_may_be_asked_for_while_media_flows()
    {
        await using var scene = await Scene.Open(0.05);
        await scene.Subscribe();
        var serving = scene.Serve();
        await scene.Frames.Reader.WaitToReadAsync();
        scene.Viewer.OpenLane();
        await serving;
        await scene.AssertServed();
        Assert.True(scene.Link.SentDatagrams > 0);
    }

    [Fact]
    public async Task A_node_without_loss_protection_serves_on_the_stream()
    {
        await using var scene = await Scene.Open(0.05, options => options with { LossProtection = LossProtection.Off });
        scene.Viewer.OpenLane();
        await scene.Subscribe();
        await scene.Serve();
        await scene.AssertServed();
        Assert.Equal(0, scene.Link.SentDatagrams);
    }

    [Fact]
    public async Task A_goodbye_comes_over_a_lane_as_well()
    {
        await using var scene = await Scene.Open(0.2);
        scene.Viewer.OpenLane();
        await scene.Subscribe();
        await scene.Serve();
        await scene.AssertServed();
        await scene.Node.DisposeAsync();
        await scene.Viewer.Ended.WaitAsync(MeshWorld.Bound);
        Assert.Equal(GoodbyeCode.ShuttingDown, scene.Viewer.PeerGoodbye);
    }

    [Fact]
    public async Task A_block_of_a_lane_that_nobody_asked_for_ends_the_connection()
    {
        await using var scene = await Scene.Open(0);
        Assert.True(scene.Viewer.TrySend(Frame.Encode(new LaneBlock(0, [0, 0]))));
        await scene.Viewer.Ended.WaitAsync(MeshWorld.Bound);
        Assert.Equal(GoodbyeCode.ProtocolError, scene.Viewer.PeerGoodbye);
    }

    [Fact]
    public async Task Asking_twice_for_a_lane_ends_the_connection()
    {
        await using var scene = await Scene.Open(0);
        scene.Viewer.OpenLane();
        Assert.True(scene.Viewer.TrySend(Frame.Encode(new LaneOpen(1))));
        await scene.Viewer.Ended.WaitAsync(MeshWorld.Bound);
        Assert.Equal(GoodbyeCode.ProtocolError, scene.Viewer.PeerGoodbye);
    }

    private sealed class Scene : IPeerHandler, IAsyncDisposable
    {
        private readonly MeshWorld _world = new();
        private Task _running = Task.CompletedTask;

        public MeshNode Node { get; private set; } = null!;

        public LossyTransport Link { get; private set; } = null!;

        public PeerConnection Viewer { get; private set; } = null!;

        public Channel<(FrameType Type, byte[] Body)> Frames { get; } = Channel.CreateUnbounded<(FrameType, byte[])>();

        private Publishing.Publisher Publisher { get; set; } = null!;

        public static async Task<Scene> Open(double loss, Func<MeshOptions, MeshOptions>? change = null)
        {
            var scene = new Scene();
            
            // Whatever the machine does beside, no media becomes too old here.
            scene.Node = scene._world.Relay(1, options => (change?.Invoke(options) ?? options) with { MaxLatency = TimeSpan.FromMinutes(1) });
            scene.Publisher = scene._world.Publish(scene.Node);
            var options = scene._world.Options(PeerRole.Viewer, 20);
            (scene.Link, var end) = LossyTransport.Pair(scene.Node.NodeId, options.NodeKey.Address, loss, seed: 11);
            scene._running = scene.Node.Connector.RunAsync(scene.Link);
            scene.Viewer = new PeerConnection(
                end, scene, new NodeIdentity(options.NodeKey, options.Role, options.Domains, options.Random), dialed: true, scene.Node.NodeId, options, new GuardMetrics(new Meter("lane")));
            _ = scene.Viewer.RunAsync();
            await scene.Viewer.Ready.WaitAsync(MeshWorld.Bound);
            return scene;
        }

        public async Task Subscribe()
        {
            _world.Add(Publisher);
            Viewer.Send(new Subscribe(3, MeshWorld.Track.Stream, MeshWorld.Track.Track, 0, 0));

            // A subscriber that is served late begins at a later window than the first.
            await _world.Until(() => Publisher.Subscribers == 1);
        }

        public async Task Serve()
        {
            while (_world.Sent.Count < Parts)
            {
                _world.Add(Publisher);
                await Task.Delay(1);
            }
        }

        public async Task AssertServed()
        {
            using var bound = new CancellationTokenSource(MeshWorld.Bound);
            var sent = _world.Sent;
            var part = -1;
            var left = 0;
            for (var leaves = sent.Count * 2; leaves > 0;)
            {
                var (type, body) = await Frames.Reader.ReadAsync(bound.Token);
                if (type == FrameType.Leaf)
                {
                    var leaf = LeafMessage.Read(body);
                    part += leaf.Leaf == 0 ? 1 : 0;
                    left = leaf.Leaf == 0 ? 0 : left;
                    Assert.True(sent[part].AsSpan(left, leaf.Bytes.Length).SequenceEqual(leaf.Bytes));
                    left += leaf.Bytes.Length;
                    leaves--;
                }
            }
        }

        public void OnReady(PeerConnection peer)
        {
        }

        public void OnFrame(PeerConnection peer, FrameType type, ReadOnlySpan<byte> body) => Frames.Writer.TryWrite((type, body.ToArray()));

        public void OnClosed(PeerConnection peer) => Frames.Writer.TryComplete();

        public async ValueTask DisposeAsync()
        {
            Viewer.Close(GoodbyeCode.ShuttingDown, "The test is over.");
            await Viewer.Ended.WaitAsync(MeshWorld.Bound);
            await _running.WaitAsync(MeshWorld.Bound);
            await _world.DisposeAsync();
        }
    }
}
