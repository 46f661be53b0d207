namespace ClusterCast.Media.Ingest;

/// <summary>Gives frames in real time. Whoever is late by more than a limit starts a new beat instead of catching up in a burst.</summary>
internal sealed class Pace(TimeProvider time, int rate, TimeSpan lateLimit)
{
    private long _start = time.GetTimestamp();
    private long _count;

    public async ValueTask NextAsync(CancellationToken cancel)
    {
        var wait = TimeSpan.FromTicks(_count++ * TimeSpan.TicksPerSecond / rate) - time.GetElapsedTime(_start);
        if (wait < -lateLimit) (_start, _count) = (time.GetTimestamp(), 1);
        else if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancel);
    }
}
