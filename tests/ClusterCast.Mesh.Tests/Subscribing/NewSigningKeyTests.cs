using ClusterCast.Mesh.Subscribing;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Tests.Subscribing;

/// <summary>A viewer that has not heard yet of the key that signs.</summary>
public sealed class NewSigningKeyTests
{
    [Fact]
    public async Task A_head_of_an_unknown_key_waits_for_the_chain_and_nothing_is_lost()
    {
        var keys = new LateKeys();
        await using var scene = await Scene.Create(keys);
        await keys.Asked.Task.WaitAsync(MeshWorld.Bound);
        keys.Answer.SetResult(true);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(scene.World.Sent[i], (await MeshWorld.Next(scene.Subscription)).Bytes.ToArray());
            scene.World.Add(scene.Publisher);
        }

        Assert.Equal((0, 0), (scene.Subscription.Statistics.LeavesRejected, scene.Subscription.Statistics.PartsLost));
        Assert.Empty(scene.Viewer.Banned);
        Assert.Equal(1, keys.Questions);
    }

    [Fact]
    public async Task A_key_that_the_chain_does_not_know_either_bans()
    {
        var keys = new LateKeys();
        await using var scene = await Scene.Create(keys);
        await keys.Asked.Task.WaitAsync(MeshWorld.Bound);
        Assert.Empty(scene.Viewer.Banned);
        keys.Answer.SetResult(false);
        await scene.World.Until(() => scene.Viewer.Banned.Count == 1);
        Assert.Equal(1, scene.Subscription.Statistics.LeavesRejected);
    }

    [Fact]
    public async Task A_chain_that_does_not_answer_bans_nobody()
    {
        var keys = new LateKeys();
        await using var scene = await Scene.Create(keys);
        await keys.Asked.Task.WaitAsync(MeshWorld.Bound);
        var first = keys.Answer;
        keys.Answer = new TaskCompletionSource<bool>();
        keys.Answer.SetResult(true);
        first.SetException(new InvalidOperationException("No node."));
        Assert.Equal(scene.World.Sent[0], (await MeshWorld.Next(scene.Subscription)).Bytes.ToArray());
        Assert.Empty(scene.Viewer.Banned);
    }

    private sealed class LateKeys : ISigningKeys
    {
        private volatile bool _isKnown;
        private int _questions;

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool> Answer { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Questions => Volatile.Read(ref _questions);

        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => _isKnown;

        public async Task<bool> ConfirmAsync(StreamId stream, Address key, ulong timeMs, CancellationToken cancel)
        {
            Interlocked.Increment(ref _questions);
            var answer = Answer;
            Asked.TrySetResult();
            return _isKnown = await answer.Task.WaitAsync(cancel);
        }
    }

    private sealed record Scene(MeshWorld World, MeshNode Viewer, ClusterCast.Mesh.Publishing.Publisher Publisher, TrackSubscription Subscription) : IAsyncDisposable
    {
        public static async Task<Scene> Create(LateKeys keys)
        {
            var world = new MeshWorld();
            var relay = world.Relay(1);
            world.Bootstrap(relay);
            var publisher = world.Publish(world.Broadcaster(10));
            world.Add(publisher);
            await world.Until(() => relay.Carried is [{ Path: not null }]);
            var viewer = world.Viewer(20, options => options with { SigningKeys = keys, ConfirmKey = keys.ConfirmAsync });
            return new Scene(world, viewer, publisher, viewer.Subscribe(MeshWorld.Track));
        }

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}
