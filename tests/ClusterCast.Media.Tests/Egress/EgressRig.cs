using System.Collections.Concurrent;
using ClusterCast.Media.Egress;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress;

/// <summary>A feed with a source, and what its destinations told.</summary>
public sealed class EgressRig : IAsyncDisposable
{
    public static readonly BackoffOptions Quick = new()
    {
        First = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromMilliseconds(200), FirstRefused = TimeSpan.FromMilliseconds(100), FirstInUse = TimeSpan.FromMilliseconds(50),
    };

    public EgressRig(OutputFeedOptions? options = null)
    {
        Feed = new OutputFeed((options ?? new OutputFeedOptions()) with { Incident = Incidents.Enqueue });
        Source = new Source(Feed);
    }

    public ConcurrentQueue<DestinationIncident> Incidents { get; } = new();

    public OutputFeed Feed { get; }

    public Source Source { get; }

    public Destination Add(string name, string url, Func<DestinationOptions, DestinationOptions>? change = null)
    {
        var options = new DestinationOptions { Name = name, Url = DestinationUrl.Parse(url), Backoff = Quick };
        return Feed.Add(change is null ? options : change(options));
    }

    /// <summary>Publishes GOPs until the condition holds.</summary>
    public async Task PublishUntilAsync(Func<bool> condition, int size = 200)
    {
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested) Assert.Fail(Told());
            Source.Publish(1, size);
            await Task.Delay(2);
        }
    }

    public Task HoldsAsync(Func<bool> condition) => Eventually.HoldsAsync(condition, Told);

    public string Told() => string.Join('\n', Incidents.Select(incident => incident.Message).Concat(Feed.Destinations.Select(destination => destination.Status().ToString())));

    public ValueTask DisposeAsync() => Feed.DisposeAsync();
}
