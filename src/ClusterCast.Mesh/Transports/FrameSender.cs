using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>
/// The sending side of one connection: one loop that takes control frames first, then asks the media sources, and writes many frames at once. Nothing is queued
/// for media. Control frames are bounded by <see cref="ControlQueue"/>.
/// </summary>
internal sealed class FrameSender(ITransport transport, PeerLane? lane, TimeProvider time)
{
    private readonly ControlQueue _control = new(time);
    private readonly AsyncSignal _work = new();
    private IMediaSource[] _sources = [];
    private int _nextSource;
    private int _controlBytes;
    private long _writingSince;
    private long _signalledAt;
    private long _worstDelay;
    private volatile bool _isEnding;

    /// <summary>Bytes written to the transport.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Whether anybody has media for the peer.</summary>
    public bool HasSources => _sources.Length > 0;

    /// <summary>How long the write in progress has lasted.</summary>
    public TimeSpan BlockedFor => Volatile.Read(ref _writingSince) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>How long the oldest control frame has waited.</summary>
    public TimeSpan ControlAge => _control.Age;

    /// <summary>Queues a control frame; false when the queue holds <paramref name="limit"/> bytes.</summary>
    public bool TryEnqueue(byte[] frame, int limit = ControlQueue.MaxBytes) => _control.TryEnqueue(frame, limit);

    /// <summary>Tells the loop that there is something to send.</summary>
    public void Signal()
    {
        if (Volatile.Read(ref _signalledAt) == 0)
        {
            Volatile.Write(ref _signalledAt, time.GetTimestamp());
        }

        _work.Set();
    }

    /// <summary>The longest time from a signal to its being looked at, since this was asked last: a full processor shows here first.</summary>
    public TimeSpan TakeWorstDelay() => TimeSpan.FromTicks(Interlocked.Exchange(ref _worstDelay, 0));

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

        _work.Set();
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
        while (true)
        {
            NoteDelay();
            using (var batch = new FrameBatch())
            {
                while (Fill(batch) || lane is { HasRepeats: true })
                {
                    Volatile.Write(ref _writingSince, time.GetTimestamp());
                    await (lane is { IsSending: true } ? lane.WriteAsync(batch.Frames, _controlBytes, stop) : transport.SendAsync(batch.Frames, stop));
                    Volatile.Write(ref _writingSince, 0);

                    // What was told during the write waited for the peer, not for the processor.
                    Volatile.Write(ref _signalledAt, 0);
                    SentBytes += batch.Length;
                }
            }

            if (_isEnding)
            {
                await transport.CompleteAsync(stop);
                return;
            }

            await _work.WaitAsync(stop);
        }
    }

    private void NoteDelay()
    {
        if (Interlocked.Exchange(ref _signalledAt, 0) is var since and not 0)
        {
            var delay = time.GetElapsedTime(since).Ticks;
            if (delay > Volatile.Read(ref _worstDelay))
            {
                Volatile.Write(ref _worstDelay, delay);
            }
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
