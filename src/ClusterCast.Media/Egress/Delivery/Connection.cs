using System.Threading.Channels;
using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Egress.Sinks;

namespace ClusterCast.Media.Egress.Delivery;

/// <summary>Carries a queue over one sink until the sink ends, stalls, or it is told to stop.</summary>
internal sealed class Connection(ISink sink, TagQueue queue, Channel<bool> wake, TrafficMeter meter, DestinationOptions options, TimeProvider time)
{
    /// <summary>Bytes that go out in one write at most, unless one frame is larger.</summary>
    private const int BatchBytes = 64 << 10;

    /// <summary>So long we wait for what waits to go out when stopped, and for the server's last words, which explain why a write broke.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TagStream _stream = new(sink);
    private long _oldestInFlight;
    private int _frames;

    /// <summary>The other end is known to be there.</summary>
    public bool IsConfirmed => sink.IsConfirmed;

    /// <summary>Pictures, and bytes with framing, went out.</summary>
    public required Action<int, long> Sent { get; init; }

    /// <summary>Age of the oldest frame that waits or is being written.</summary>
    public TimeSpan Age => Interlocked.Read(ref _oldestInFlight) is not 0 and var at ? time.GetElapsedTime(at) : queue.Age;

    /// <summary>Bytes sent and not acknowledged.</summary>
    public long? AckLag => sink.AcknowledgedBytes is { } bytes ? Math.Max(sink.SentBytes - bytes, 0) : null;

    /// <summary>Runs until the end and returns why; null when <paramref name="stop"/> ended it, politely.</summary>
    public async Task<MediaException?> RunAsync(CancellationToken stop)
    {
        using var cut = new CancellationTokenSource();
        var pump = PumpAsync(cut.Token);
        var watch = WatchAsync(cut.Token);
        await using (stop.Register(queue.Seal)) await Task.WhenAny((Task)pump, sink.Ended, watch, Task.Delay(Timeout.Infinite, stop));
        var stalled = watch.IsCompleted;
        if (stop.IsCancellationRequested) await PatientlyAsync(pump); // sends what waits
        else if (!stalled) await PatientlyAsync(sink.Ended);
        await cut.CancelAsync();
        await watch;
        if (stop.IsCancellationRequested && pump.IsCompletedSuccessfully && queue.IsDone) await sink.FinishAsync();
        var explained = sink.Ended.IsCompleted ? await sink.Ended : null;
        await sink.DisposeAsync(); // a write to a pipe ends only with the pipe
        var broken = await pump;
        if (stop.IsCancellationRequested) return null;
        return stalled ? await watch : explained ?? broken;
    }

    private Task PatientlyAsync(Task task) => Task.WhenAny(task, Task.Delay(Patience, time, CancellationToken.None));

    private async Task<MediaException?> PumpAsync(CancellationToken cancel)
    {
        await using var ends = cancel.Register(() => wake.Writer.TryWrite(true));
        try
        {
            while (true)
            {
                while (queue.TryTake(out var tag))
                {
                    Add(tag!);
                    if (sink.PendingBytes >= BatchBytes) await FlushAsync(cancel);
                }
                if (sink.PendingBytes > 0) await FlushAsync(cancel);
                if (queue.IsDone) return null;
                await wake.Reader.ReadAsync(CancellationToken.None); // a token would cost an allocation a frame
                cancel.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (MediaException failure)
        {
            return failure;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            return new MediaException(MediaFault.Disconnected, $"The destination {options.Url} fails: {options.Url.Redact(failure.Message)}", failure);
        }
    }

    private void Add(SharedTag tag)
    {
        try
        {
            _stream.Write(tag);
            if (tag.IsVideo) _frames++;
            if (_oldestInFlight == 0) Interlocked.Exchange(ref _oldestInFlight, tag.PublishedAt);
        }
        finally
        {
            tag.Release();
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancel)
    {
        var before = sink.SentBytes;
        meter.Begin();
        try
        {
            await sink.FlushAsync(cancel);
        }
        finally
        {
            meter.End(sink.SentBytes - before);
        }
        Sent(_frames, sink.SentBytes - before);
        _frames = 0;
        Interlocked.Exchange(ref _oldestInFlight, 0);
    }

    private async Task<MediaException?> WatchAsync(CancellationToken cancel)
    {
        var stall = new StallWatch(options.StallTimeout, time);
        try
        {
            while (true)
            {
                await Task.Delay(options.StallTimeout / 8, time, cancel);
                if (stall.Check(options.Url.ToString(), meter.Blocked, sink.SentBytes, sink.AcknowledgedBytes) is { } failure) return failure;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
