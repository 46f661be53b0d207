using System.Runtime.ExceptionServices;
using ClusterCast.Mesh.Transports.Lane;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// The sending side of one connection: control frames first, then the media sources, many frames a write. Nothing is queued for media. Control frames are bounded
/// by <see cref="ControlQueue"/>. A loop of its own does it; where the transport takes writes without waiting, the node's <see cref="SendPump"/> does while there is
/// room, and the loop waits out the rest.
/// </summary>
internal sealed class FrameSender(ITransport transport, PeerLane? lane, SendPump? pump, TimeProvider time)
{
    private const int Parked = 0;
    private const int Pumped = 1;
    private const int Looping = 2;

    private readonly IDirectTransport? _direct = pump is null ? null : transport as IDirectTransport;
    private readonly ControlQueue _control = new(time);
    private readonly AsyncSignal _work = new();
    private IMediaSource[] _sources = [];
    private FrameBatch? _left;
    private ExceptionDispatchInfo? _fault;
    private int _owner = Looping;
    private int _isQueued;
    private int _isLoopWanted;
    private int _nextSource;
    private int _controlBytes;
    private long _writingSince;
    private volatile bool _isEnding;

    /// <summary>Bytes written to the transport.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Whether anybody has media for the peer.</summary>
    public bool HasSources => _sources.Length > 0;

    /// <summary>How long the write in progress has lasted.</summary>
    public TimeSpan BlockedFor => Volatile.Read(ref _writingSince) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>How long the oldest control frame has waited.</summary>
    public TimeSpan ControlAge => _control.Age;

    /// <summary>Where the pump's writes are collected; null without a pump.</summary>
    public IWriteQueue? Queue => _direct?.Queue;

    /// <summary>Queues a control frame; false when the queue holds <paramref name="limit"/> bytes.</summary>
    public bool TryEnqueue(byte[] frame, int limit = ControlQueue.MaxBytes) => _control.TryEnqueue(frame, limit);

    /// <summary>Tells that there is something to send.</summary>
    public void Signal()
    {
        if (_direct is null || Volatile.Read(ref _owner) == Looping)
        {
            _work.Set();
        }
        else if (Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            pump!.Enqueue(this);
        }
    }

    /// <summary>Media stops; the control frames that are queued still leave, then the loop ends.</summary>
    public void End()
    {
        _isEnding = true;
        _work.Set();
    }

    /// <summary>Adds a source of media.</summary>
    public void Add(IMediaSource source)
    {
        lock (_control)
        {
            _sources = [.. _sources, source];
        }

        Signal();
    }

    /// <summary>Removes a source of media.</summary>
    public void Remove(IMediaSource source)
    {
        lock (_control)
        {
            _sources = [.. _sources.Where(s => s != source)];
        }
    }

    /// <summary>Sends until <see cref="End"/>. Throws what the transport or a source throws.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await SendAllAsync(stop);
                if (_isEnding)
                {
                    await transport.CompleteAsync(stop);
                    return;
                }

                if (_direct is not null && lane is not { IsSending: true })
                {
                    Park();
                }

                do
                {
                    await _work.WaitAsync(stop);
                }
                while (!TryTakeOver());
            }
        }
        finally
        {
            _left?.Dispose();
        }
    }

    /// <summary>Sends what there is; false when the batch is left to <see cref="GoOn"/>. Called by the pump.</summary>
    internal bool TryPump(FrameBatch batch)
    {
        Volatile.Write(ref _isQueued, 0);
        if (Interlocked.CompareExchange(ref _owner, Pumped, Parked) != Parked)
        {
            _work.Set();
            return true;
        }

        try
        {
            while (!_isEnding && Fill(batch))
            {
                if (lane is { IsSending: true } || !_direct!.TrySend(batch))
                {
                    return false;
                }

                SentBytes += batch.Length;
            }
        }
        catch (Exception e)
        {
            // The loop is whose end tells of it.
            _fault = ExceptionDispatchInfo.Capture(e);
            _isLoopWanted = 1;
        }

        Park();
        return true;
    }

    /// <summary>Leaves a batch that the transport had no room for, and everything after it, to the loop. Called by the pump.</summary>
    internal void GoOn(FrameBatch batch)
    {
        _left = batch;
        Volatile.Write(ref _owner, Looping);
        _work.Set();
    }

    private void Park()
    {
        Interlocked.Exchange(ref _owner, Parked);
        if (Interlocked.Exchange(ref _isLoopWanted, 0) != 0 || _isEnding)
        {
            _work.Set();
        }
    }

    private bool TryTakeOver()
    {
        if (Interlocked.CompareExchange(ref _owner, Looping, Parked) is Parked or Looping)
        {
            return true;
        }

        // The pump is at it and wakes the loop when it has done.
        Interlocked.Exchange(ref _isLoopWanted, 1);
        return Interlocked.CompareExchange(ref _owner, Looping, Parked) is Parked or Looping;
    }

    private async Task SendAllAsync(CancellationToken stop)
    {
        _fault?.Throw();

        // What the pump wrote before must be ahead of what follows.
        _direct?.Queue.Flush();
        using var batch = Interlocked.Exchange(ref _left, null) ?? new FrameBatch();
        while (true)
        {
            // No media follows an end. Its Goodbye must not stand in line behind blocks that were lost and that nobody repeats any more.
            var isLast = _isEnding && batch.Length == 0;
            if (batch.Length == 0 && !Fill(batch) && lane is not { HasRepeats: true })
            {
                return;
            }

            var isPlain = lane is not { IsSending: true } || (isLast && batch.Length > 0);
            Volatile.Write(ref _writingSince, time.GetTimestamp());
            await (isPlain ? transport.SendAsync(batch.Frames, stop) : lane!.WriteAsync(batch.Frames, _controlBytes, stop));
            Volatile.Write(ref _writingSince, 0);
            SentBytes += batch.Length;
            batch.Clear();
        }
    }

    private bool Fill(FrameBatch batch)
    {
        batch.Clear();
        _control.DrainTo(batch);
        _controlBytes = batch.Length;
        var sources = _sources;
        Ask(sources, batch, isBackground: false);
        Ask(sources, batch, isBackground: true);
        _nextSource++;
        return batch.Length > 0;
    }

    private void Ask(IMediaSource[] sources, FrameBatch batch, bool isBackground)
    {
        for (var i = 0; i < sources.Length && !batch.IsFull && !_isEnding; i++)
        {
            var source = sources[(_nextSource + i) % sources.Length];
            if (source.IsBackground == isBackground)
            {
                source.WriteTo(batch);
            }
        }
    }
}
