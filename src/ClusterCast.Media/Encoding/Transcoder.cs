using System.Threading.Channels;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Encoding;

/// <summary>Encodes one output live, by one FFmpeg process: the stream's items in, items out with the same times. Sound goes past FFmpeg, untouched, and is
/// given out between the pictures that it belongs to. When FFmpeg ends or hangs it is started again and goes on at the next IDR frame.
/// At most <see cref="QueueFrames"/> pictures wait for FFmpeg; when there would be more, all up to the next IDR frame are left out.</summary>
public sealed class Transcoder : IAsyncDisposable
{
    /// <summary>Pictures that wait at most: 4 s at 30 frames/s.</summary>
    public const int QueueFrames = 120;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);
    private readonly TranscoderOptions _options;
    private readonly SoundHold _ordered;
    private readonly FrameDelays _delays;
    private readonly Channel<MediaSample> _queue = Channel.CreateUnbounded<MediaSample>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private AvcConfig? _config;
    private bool _awaitsIdr = true;
    private int _waiting;
    private volatile TranscoderRun? _current;
    private long _dropped;
    private long _restarts;

    /// <summary>Starts; FFmpeg itself is started at the first IDR frame.</summary>
    public Transcoder(TranscoderOptions options)
    {
        _options = options;
        _ordered = new SoundHold(options.Output, options.SoundPatience, options.TimeProvider);
        _delays = new FrameDelays(options.TimeProvider);
        _run = Task.Run(RunAsync);
    }

    /// <summary>What comes out.</summary>
    public VideoShape Shape => _options.Shape;

    /// <summary>Figures so far.</summary>
    public TranscoderStatistics Statistics => new(
        _delays.FramesIn, _delays.FramesOut, Interlocked.Read(ref _dropped), Interlocked.Read(ref _restarts), Volatile.Read(ref _waiting), _delays.Recent, _current?.ProcessorTime ?? TimeSpan.Zero);

    /// <summary>FFmpeg's process id; null while none runs.</summary>
    public int? ProcessId => _current?.Id;

    /// <summary>Takes an item of the source; the caller still disposes of it. One thread at a time; it never waits.</summary>
    public void Add(MediaItem item)
    {
        switch (item)
        {
            case AvcConfig config:
                _config = config;
                break;
            case AacConfig config:
                _ordered.Announce(config);
                break;
            case MediaSample { Kind: MediaKind.Audio } sound:
                _ordered.Hold(Copy(sound));
                break;
            case MediaSample picture:
                Add(picture);
                break;
        }
    }

    /// <summary>Lets FFmpeg finish what it has, for at most 2 s, and ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAny(_run, Task.Delay(DrainPatience, _options.TimeProvider));
        await _stop.CancelAsync();
        await _run;
        while (_queue.Reader.TryRead(out var left)) left.Dispose();
        _ordered.Dispose();
        _stop.Dispose();
    }

    private void Add(MediaSample picture)
    {
        if (_config is null) return;
        if (_awaitsIdr && !picture.IsIdr)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }
        if (Volatile.Read(ref _waiting) >= QueueFrames)
        {
            // Nothing is taken back from the queue: what is in it can be decoded, and the gap is one.
            Interlocked.Increment(ref _dropped);
            if (!_awaitsIdr) Report(TranscoderIncidentKind.TooSlow, $"{QueueFrames} pictures wait for the encoder of {Shape}; pictures up to the next IDR frame are left out. Lower the profile or use a faster machine.");
            _awaitsIdr = true;
            return;
        }
        _awaitsIdr = false;
        _delays.In(picture.DtsMs + (uint)picture.CompositionMs);
        Interlocked.Increment(ref _waiting);
        _queue.Writer.TryWrite(Copy(picture));
    }

    private async Task RunAsync()
    {
        var wait = _options.FirstWait;
        try
        {
            while (await NextIdrAsync() is { } first)
            {
                var begun = _options.TimeProvider.GetTimestamp();
                if (await RunOnceAsync(first) is not { } incident) return;
                Interlocked.Increment(ref _restarts);
                Report(incident.Kind, incident.Message);
                wait = _options.TimeProvider.GetElapsedTime(begun) > Proven ? _options.FirstWait : wait;
                await Task.Delay(wait, _options.TimeProvider, _stop.Token);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It ends.
        }
    }

    /// <summary>Feeds one FFmpeg until it ends; null when there is nothing more to feed and all has come out.</summary>
    private async Task<TranscoderIncident?> RunOnceAsync(MediaSample first)
    {
        TranscoderRun run;
        try
        {
            run = new TranscoderRun(_options, _config!, first.DtsMs, Give);
        }
        catch (MediaException failure)
        {
            Interlocked.Decrement(ref _waiting);
            first.Dispose();
            return new TranscoderIncident(TranscoderIncidentKind.Ended, failure.Message);
        }
        await using (run)
            try
            {
                _current = run;
                for (var picture = first; picture is not null; picture = await run.NextAsync(_queue.Reader, _stop.Token))
                {
                    Interlocked.Decrement(ref _waiting);
                    using (picture) await run.WriteAsync(picture, _stop.Token);
                }
                if (run.HasEnded) return new TranscoderIncident(TranscoderIncidentKind.Ended, await run.ComplaintAsync());
                if (!_queue.Reader.Completion.IsCompleted) return Stalled();
                await run.FinishAsync(_stop.Token);
                return null;
            }
            catch (IOException)
            {
                return new TranscoderIncident(TranscoderIncidentKind.Ended, await run.ComplaintAsync());
            }
            catch (TimeoutException)
            {
                return Stalled();
            }
            finally
            {
                _current = null;
            }
    }

    private TranscoderIncident Stalled() => new(TranscoderIncidentKind.Stalled,
        $"FFmpeg gave no picture of {_options.Shape} for {_options.StallTimeout.TotalSeconds:0.#} s; it is started again and goes on at the next IDR frame.");

    /// <summary>The next picture to begin with; null at the end of the source.</summary>
    private async Task<MediaSample?> NextIdrAsync()
    {
        while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            while (_queue.Reader.TryRead(out var picture))
            {
                if (picture.IsIdr) return picture;
                Interlocked.Decrement(ref _waiting);
                Interlocked.Increment(ref _dropped);
                picture.Dispose();
            }
        return null;
    }

    private void Give(MediaItem item)
    {
        if (item is MediaSample picture) _delays.Out(picture.DtsMs + (uint)picture.CompositionMs);
        _ordered.Picture(item);
    }

    private void Report(TranscoderIncidentKind kind, string message) => _options.Incident?.Invoke(new TranscoderIncident(kind, message));

    private static MediaSample Copy(MediaSample sample) =>
        new(sample.Kind, PooledBytes.Copy(sample.Data.Span), 0, sample.DtsMs, sample.CompositionMs, sample.IsIdr, sample.ArrivalMs);
}

/// <summary>Figures of a transcoder.</summary>
/// <param name="FramesIn">Pictures taken.</param>
/// <param name="FramesOut">Pictures given out.</param>
/// <param name="FramesDropped">Pictures left out: before an IDR frame, or because the encoder was too slow.</param>
/// <param name="Restarts">How often FFmpeg was started again.</param>
/// <param name="Waiting">Pictures that wait.</param>
/// <param name="DelayMs">From taking to giving out a picture, mean of the last 64.</param>
/// <param name="ProcessorTime">Used by the FFmpeg that runs.</param>
public sealed record TranscoderStatistics(long FramesIn, long FramesOut, long FramesDropped, long Restarts, int Waiting, double DelayMs, TimeSpan ProcessorTime);
