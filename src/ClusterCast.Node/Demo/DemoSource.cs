using ClusterCast.Media;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Node.Demo;

/// <summary>The clip that plays the camera: published by RTMP as OBS would, with a time code in every frame.</summary>
internal sealed class DemoSource : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public DemoSource(string clip, string url, TimeProvider time) =>
        Ended = RunAsync(new ClipPublisher(new ClipOptions { Path = clip, Url = url, TimeProvider = time }));

    /// <summary>Completes when it has ended, by itself or by <see cref="DisposeAsync"/>.</summary>
    public Task Ended { get; }

    /// <summary>Why it ended by itself; null while all is well.</summary>
    public MediaException? Failure { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(ClipPublisher publisher)
    {
        try
        {
            await publisher.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (MediaException e)
        {
            Failure = e;
        }
    }
}
