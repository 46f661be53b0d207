using ClusterCast.Mesh;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Node.Settlement;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Load;

/// <summary>Viewers as the product has them: each a node that verifies every leaf.</summary>
internal sealed class ViewerSet(Func<MeshOptions> options, TrackKey track, Purses purses, Tally tally) : IAsyncDisposable
{
    private readonly List<MeshNode> _nodes = [];
    private readonly List<PlayoutClock> _playouts = [];
    private readonly List<TrackSubscription> _subscriptions = [];

    /// <summary>How many have a parent; one that has just gone over to another is joining.</summary>
    public int Alive => _subscriptions.Count(subscription => subscription.Statistics.State is SubscriptionState.Flowing or SubscriptionState.Joining);

    /// <summary>Stalls of all of them.</summary>
    public int Stalls => _playouts.Sum(playout => playout.Stalls);

    /// <summary>Starts all and waits until each has its first part.</summary>
    public async Task OpenAsync(int count, CancellationToken stop)
    {
        var first = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            var node = new MeshNode(options() with { PayingSessions = new PurseSessions(purses.Next()) });
            node.Start();
            var subscription = node.Subscribe(track);
            var playout = new PlayoutClock(Tally.BufferMs);
            _nodes.Add(node);
            _subscriptions.Add(subscription);
            _playouts.Add(playout);
            var flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            first.Add(flowing.Task.WaitAsync(TimeSpan.FromSeconds(30), stop));
            _ = PlayAsync(subscription, playout, flowing, stop);
        }

        await Task.WhenAll(first);
    }

    /// <summary>Counts stalls from now on.</summary>
    public void Restart() => _playouts.ForEach(playout => playout.Restart());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));

    private async Task PlayAsync(TrackSubscription subscription, PlayoutClock playout, TaskCompletionSource flowing, CancellationToken stop)
    {
        try
        {
            await foreach (var part in subscription.Parts.ReadAllAsync(stop))
            {
                var now = tally.NowMs;
                playout.Arrived(now, part.Part.Node.Time);
                tally.Leaf(part.Bytes.Length);
                tally.Part(now - part.Part.Node.Time);
                flowing.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
