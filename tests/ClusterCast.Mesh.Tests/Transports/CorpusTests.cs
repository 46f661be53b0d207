using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports;

/// <summary>The inputs of the fuzz corpus at a living relay, each on a connection of its own and cut off at its end.</summary>
public sealed class CorpusTests
{
    [Fact]
    public async Task No_input_of_the_corpus_harms_a_relay()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        world.Bootstrap(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);
        var inputs = Directory.GetFiles(Path.Combine(MetricsTests.Root(), "tests", "ClusterCast.Protocol.Tests", "Corpus"), "*.bin", SearchOption.AllDirectories);
        Assert.NotEmpty(inputs);
        foreach (var input in inputs)
        {
            await Say(relay, await File.ReadAllBytesAsync(input)).WaitAsync(MeshWorld.Bound);
        }

        // It has counted what it refused, and it still serves.
        var guard = relay.Snapshot().Guard;
        Assert.True(guard is { MalformedFrames: > 0, HugeFrames: > 0, UnexpectedFrames: > 0, TruncatedFrames: > 0 }, guard.ToString());
        var viewer = world.Viewer(20).Subscribe(MeshWorld.Track);
        Assert.NotEmpty((await MeshWorld.Next(viewer)).Bytes.ToArray());
    }

    private static async Task Say(MeshNode relay, byte[] input)
    {
        var transport = new MemoryTransport(MeshWorld.Key(60).Address);
        var running = relay.Connector.RunAsync(transport);
        await transport.Input.WriteAsync(Frame.Encode(new Hello(1, PeerRole.Viewer, MeshWorld.Domains.RelayStaking.ChainId, Hash32.Zero)));
        await transport.Input.WriteAsync(input);
        await transport.Input.CompleteAsync();
        await running;
    }
}
