using System.Threading.Channels;
using ClusterCast.Media.Egress.Delivery;
using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Egress.Sinks;

namespace ClusterCast.Media.Egress;

/// <summary>One destination of a feed: a task of its own that connects, sends, and connects anew after every failure until it is removed.</summary>
public sealed class Destination
{
    private readonly DestinationOptions _options;
    private readonly OutputFeedOptions _feed;
    private readonly TimeProvider _time;
    private readonly TagQueue _queue;
    private readonly TrafficMeter _meter;
    private readonly Backoff _backoff;
    private readonly ShortLives _shortLives;
    private readonly IncidentLog _incidents;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private readonly Lock _lock = new();
    private CancellationTokenSource _round;
    private Connection? _connection;
    private DestinationState _state = DestinationState.Idle;
    private DateTimeOffset _since;
    private DateTimeOffset? _retryAt;
    private long _attempts;
    private long _losses;
    private long _sentFrames;
    private long _sentBytes;
    private long _liveAt;
    private bool _everLive;
    private long? _droppedAt;

    internal Destination(DestinationOptions options, OutputFeedOptions feed, bool begun)
    {
        (_options, _feed, _time) = (options, feed, feed.TimeProvider);
        _queue = new TagQueue(options.MaxQueueBytes, options.MaxQueueAge, _time, () => _wake.Writer.TryWrite(true));
        _meter = new TrafficMeter(_time);
        _backoff = new Backoff(options.Backoff, feed.Random);
        _shortLives = new ShortLives(options.Backoff.Proven);
        _incidents = new IncidentLog(options.Name, feed);
        _round = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _since = _time.GetUtcNow();
        if (begun) Begin();
        _running = RunAsync();
    }

    /// <summary>Its name.</summary>
    public string Name => _options.Name;

    /// <summary>Its settings; they print without secrets.</summary>
    public DestinationOptions Options => _options;

    /// <summary>What it is doing.</summary>
    public DestinationState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>Back-pressure at this moment; cheap enough to be read ten times a second.</summary>
    public Congestion Congestion
    {
        get
        {
            var (blocked, mbps) = _meter.Read();
            var connection = Volatile.Read(ref _connection);
            return new Congestion(blocked, connection?.Age ?? TimeSpan.Zero, connection?.AckLag, mbps);
        }
    }

    /// <summary>How it fares at this moment.</summary>
    public DestinationStatus Status()
    {
        var congestion = Congestion;
        lock (_lock)
            return new DestinationStatus
            {
                Name = Name,
                Url = _options.Url.ToString(),
                State = _state,
                Since = _since,
                RetryAt = _retryAt,
                Attempts = _attempts,
                Losses = _losses,
                SentFrames = _sentFrames,
                SentBytes = _sentBytes,
                DroppedFrames = _queue.Dropped,
                MissedFrames = _queue.Missed,
                QueueBytes = _queue.Bytes,
                Congestion = congestion,
                LastIncident = _incidents.Last,
            };
    }

    /// <summary>There is a picture now.</summary>
    internal void Begin() => _begun.TrySetResult();

    /// <summary>Takes a tag, or drops; never waits.</summary>
    internal void Offer(SharedTag tag)
    {
        if (!_queue.Offer(tag)) return;
        // One incident for one congestion, not for each time that it fills the queue.
        var last = _droppedAt;
        _droppedAt = _time.GetTimestamp();
        if (last is { } before && _time.GetElapsedTime(before) < _options.Backoff.Proven) return;
        _incidents.Add(IncidentKind.Dropped, null, $"{Name} takes media slower than it comes; frames are dropped up to the next key frame. Lower its bitrate.");
    }

    internal void Restart()
    {
        _incidents.Add(IncidentKind.Restarted, null, $"{Name} is restarted.");
        _backoff.Forget();
        lock (_lock) _ = _round.CancelAsync(); // its continuations run elsewhere, not under this lock
    }

    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _incidents.Add(IncidentKind.Removed, null, $"{Name} is removed.");
        await _incidents.DisposeAsync();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        await Task.WhenAny(_begun.Task, Task.Delay(Timeout.Infinite, _stop.Token));
        while (!_stop.IsCancellationRequested)
        {
            CancellationToken round;
            lock (_lock)
            {
                _round.Dispose();
                _round = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                round = _round.Token;
            }
            if (await ConnectAndCarryAsync(round) is not { } end) continue;
            var failure = _shortLives.Judge(end, _options.Url, State == DestinationState.Live ? _time.GetElapsedTime(_liveAt) : TimeSpan.Zero);
            var pause = _backoff.Next(failure.Fault);
            lock (_lock)
            {
                if (_state == DestinationState.Live) _losses++;
                _retryAt = _time.GetUtcNow() + pause;
            }
            Enter(DestinationState.Waiting);
            _incidents.Add(KindOf(failure.Fault), failure.Fault, $"{Name}: {failure.Message} Next try in {pause.TotalSeconds:0.#} s.");
            await Task.Delay(pause, _time, round).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_lock) _retryAt = null;
        }
        Enter(DestinationState.Stopped);
    }

    /// <summary>One connection, from its attempt to its end. Null when it was stopped or restarted.</summary>
    private async Task<MediaException?> ConnectAndCarryAsync(CancellationToken round)
    {
        lock (_lock) _attempts++;
        Enter(DestinationState.Connecting);
        try
        {
            await using var sink = await SinkFactory.OpenAsync(_options, _feed, round);
            var connection = new Connection(sink, _queue, _wake, _meter, _options, _time) { Sent = Sent };
            Volatile.Write(ref _connection, connection);
            _queue.Open();
            Enter(DestinationState.AwaitingIdr);
            return await connection.RunAsync(round);
        }
        catch (OperationCanceledException) when (round.IsCancellationRequested)
        {
            return null;
        }
        catch (MediaException failure)
        {
            return failure;
        }
        catch (Exception failure)
        {
            // Whatever it is, this destination fails alone, and by and by tries again.
            return new MediaException(MediaFault.ConnectFailed, $"The destination {_options.Url} fails: {_options.Url.Redact(failure.Message)}", failure);
        }
        finally
        {
            _queue.Close();
            Volatile.Write(ref _connection, null);
        }
    }

    private void Sent(int frames, long bytes)
    {
        lock (_lock) (_sentFrames, _sentBytes) = (_sentFrames + frames, _sentBytes + bytes);
        if (frames == 0) return;
        if (State == DestinationState.AwaitingIdr)
        {
            if (Volatile.Read(ref _connection) is not { IsConfirmed: true }) return;
            _liveAt = _time.GetTimestamp();
            Enter(DestinationState.Live);
            _incidents.Add(_everLive ? IncidentKind.Resumed : IncidentKind.Live, null, _everLive ? $"{Name} is live again." : $"{Name} is live.");
            _everLive = true;
        }
        else if (_time.GetElapsedTime(_liveAt) >= _options.Backoff.Proven) _backoff.Forget();
    }

    private void Enter(DestinationState state)
    {
        lock (_lock) (_state, _since) = (state, _time.GetUtcNow());
    }

    private IncidentKind KindOf(MediaFault fault) => fault switch
    {
        MediaFault.KeyRefused or MediaFault.PublishRefused or MediaFault.NameInUse or MediaFault.TlsFailed => IncidentKind.Refused,
        MediaFault.Stalled => IncidentKind.Stalled,
        MediaFault.ConnectFailed or MediaFault.Malformed or MediaFault.FfmpegMissing => IncidentKind.ConnectFailed,
        _ => IncidentKind.Lost,
    };
}
