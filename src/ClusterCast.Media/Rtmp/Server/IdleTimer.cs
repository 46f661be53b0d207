namespace ClusterCast.Media.Rtmp.Server;

/// <summary>Calls back when a wait between <see cref="Arm"/> and <see cref="Disarm"/> takes too long.</summary>
internal sealed class IdleTimer(TimeProvider time, TimeSpan limit, Action expired) : IDisposable
{
    private readonly ITimer _timer = time.CreateTimer(_ => expired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Arm() => _timer.Change(limit, Timeout.InfiniteTimeSpan);

    public void Disarm() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
