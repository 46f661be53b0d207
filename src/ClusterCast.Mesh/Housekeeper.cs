using ClusterCast.Mesh.Transports;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh;

/// <summary>Runs the housekeeping of a node in a loop of its own: whenever something has changed, and ten times a second.</summary>
internal sealed class Housekeeper(TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    private readonly AsyncSignal _changed = new();
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _timer;
    private Task _loop = Task.CompletedTask;

    /// <summary>It has run once more: whatever had changed is in place.</summary>
    public event Action? Kept;

    /// <summary>Something has changed.</summary>
    public void Wake() => _changed.Set();

    /// <summary>Begins.</summary>
    public void Start(Action keep)
    {
        _loop = Task.Run(() => RunAsync(keep));
        _timer = time.CreateTimer(_ => _changed.Set(), null, Beat, Beat);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(Action keep)
    {
        try
        {
            while (true)
            {
                keep();
                Kept?.Invoke();
                await _changed.WaitAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            log.LogCritical(e, "Housekeeping has failed; this node should be restarted");
        }
    }
}
