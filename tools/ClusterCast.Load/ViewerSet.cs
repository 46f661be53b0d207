using ClusterCast.Mesh;
using ClusterCast.Node.Settlement;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Load;

/// <summary>Viewers as the product has them: each a node that verifies every leaf.</summary>
internal sealed class ViewerSet(Func<MeshOptions> options, TrackKey track, Purses purses, Tally tally) : IAsyncDisposable
{
    private readonly List<MeshNode> _nodes = [];
    private readonly List<Viewer> _viewers = [];

    /// <summary>How many get the stream.</summary>
    public int Alive => _viewers.Count(viewer => viewer.Trouble is null);

    /// <summary>Stalls of all of them.</summary>
    public int Stalls => _viewers.Sum(viewer => viewer.Stalls);

    /// <summary>What is wrong with some: up to three reasons.</summary>
    public IReadOnlyList<string> Reasons => [.. _viewers.Select(viewer => viewer.Trouble).OfType<string>().Take(3)];

    /// <summary>Starts all and waits until each has its first part.</summary>
    public async Task OpenAsync(int count, CancellationToken stop)
    {
        for (var i = 0; i < count; i++)
        {
            var node = new MeshNode(options() with { PayingSessions = new PurseSessions(purses.Next()) });
            node.Start();
            _nodes.Add(node);
            _viewers.Add(new Viewer(node.Subscribe(track), tally, stop));
        }

        await Task.WhenAll(_viewers.Select(viewer => viewer.Flowing.WaitAsync(TimeSpan.FromSeconds(30), stop)));
    }

    /// <summary>Counts stalls from now on.</summary>
    public void Restart() => _viewers.ForEach(viewer => viewer.Restart());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
}
