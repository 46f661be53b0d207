using ClusterCast.Mesh.Subscribing;

namespace ClusterCast.Load;

/// <summary>One viewer that verifies every leaf, and its player without a picture.</summary>
internal sealed class Viewer
{
    // A viewer between two parents still gets the stream; one without a part for so long does not.
    private const double SilentAfterMs = 2_000;

    private readonly TrackSubscription _subscription;
    private readonly Tally _tally;
    private readonly PlayoutClock _playout = new(Tally.BufferMs);
    private readonly TaskCompletionSource _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _lastMs;

    /// <summary>Takes a subscription's parts until <paramref name="stop"/>.</summary>
    public Viewer(TrackSubscription subscription, Tally tally, CancellationToken stop)
    {
        _subscription = subscription;
        _tally = tally;
        _ = PlayAsync(stop);
    }

    /// <summary>Ends with the first part.</summary>
    public Task Flowing => _flowing.Task;

    /// <summary>Times that its picture stood still.</summary>
    public int Stalls => _playout.Stalls;

    /// <summary>Why it does not get the stream; null while it does.</summary>
    public string? Trouble
    {
        get
        {
            var silence = _tally.NowMs - Volatile.Read(ref _lastMs);
            var statistics = _subscription.Statistics;
            return silence < SilentAfterMs
                ? null
                : $"A verifying viewer has got nothing for {silence:0} ms; it is {statistics.State}, its relay {statistics.Relay?.ToString() ?? "none"} after {statistics.Switches} changes.";
        }
    }

    /// <summary>Counts stalls from now on.</summary>
    public void Restart() => _playout.Restart();

    private async Task PlayAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var part in _subscription.Parts.ReadAllAsync(stop))
            {
                var now = _tally.NowMs;
                Volatile.Write(ref _lastMs, now);
                _playout.Arrived(now, part.Part.Node.Time);
                _tally.Leaf(part.Bytes.Length);
                _tally.Part(now - part.Part.Node.Time);
                _flowing.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
