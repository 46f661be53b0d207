using System.Threading.Tasks.Sources;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>
/// One waiting reader or writer, again and again without an allocation. Its owner arms it under the lock under which it found nothing to do, and wakes it
/// after it has changed that; a wake-up may be for nothing, so the one that waits looks again.
/// </summary>
internal sealed class Waiter : IValueTaskSource, IThreadPoolWorkItem
{
    private static readonly Action<object?> WakeOnCancel = state => ((Waiter)state!).Wake();

    private ManualResetValueTaskSourceCore<bool> _core;
    private int _armed;

    /// <summary>Ends at the next wake-up. One at a time.</summary>
    public ValueTask Arm()
    {
        _core.Reset();
        if (Interlocked.Exchange(ref _armed, 1) != 0)
        {
            throw new InvalidOperationException("Somebody waits here already.");
        }

        return new ValueTask(this, _core.Version);
    }

    /// <summary>Wakes whoever waits, on the thread pool.</summary>
    public void Wake()
    {
        if (Interlocked.CompareExchange(ref _armed, 0, 1) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Wakes also when the token is cancelled. Dispose of the result after the wait.</summary>
    public CancellationTokenRegistration WakeOn(CancellationToken cancel) => cancel.UnsafeRegister(WakeOnCancel, this);

    /// <inheritdoc/>
    public void Execute() => _core.SetResult(true);

    /// <inheritdoc/>
    public void GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
