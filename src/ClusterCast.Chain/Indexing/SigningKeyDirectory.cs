using System.Collections.Concurrent;
using System.Threading.Channels;
using ClusterCast.Chain.Contracts;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Indexing;

/// <summary>
/// The signing keys of streams, kept in memory. <see cref="IsSigningKey"/> answers from there and never waits; an unknown key, stream
/// or time makes one background read, and <see cref="ConfirmAsync"/> waits for one, at most one a stream and <see cref="SigningKeyOptions.LeastInterval"/>. While the node does not answer, the last
/// known delegations stay in force.
/// </summary>
public sealed class SigningKeyDirectory : ISigningKeys, IAsyncDisposable
{
    private const int MaxQueuedReads = 256;

    private readonly StreamKeys _contract;
    private readonly TimeProvider _time;
    private readonly SigningKeyOptions _options;
    private readonly ConcurrentDictionary<StreamId, Entry> _streams = new();
    private readonly Lock _admission = new();
    private readonly Channel<StreamId> _wanted = Channel.CreateBounded<StreamId>(new BoundedChannelOptions(MaxQueuedReads) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reader;
    private readonly Task _refresher;
    private int _disposed;

    /// <summary>A directory over a contract; call <see cref="TrackAsync"/> before a stream's first head arrives.</summary>
    public SigningKeyDirectory(StreamKeys contract, TimeProvider? time = null, SigningKeyOptions? options = null)
    {
        _contract = contract;
        _time = time ?? TimeProvider.System;
        _options = options ?? new SigningKeyOptions();
        _reader = Task.Run(ReadWantedAsync);
        _refresher = Task.Run(RefreshAllAsync);
    }

    /// <summary>The last failure to read the chain, null after a success. For health reports.</summary>
    public ChainException? LastFailure { get; private set; }

    /// <summary>Raised after a stream's delegations were read, on a background thread.</summary>
    public event Action<StreamId>? Refreshed;

    /// <inheritdoc/>
    public bool IsSigningKey(StreamId stream, Address key, ulong timeMs)
    {
        var entry = EntryOf(stream);
        entry.LastAsked = _time.GetTimestamp();
        if (entry.Holds(key, timeMs))
        {
            return true;
        }

        Want(stream, entry);
        return false;
    }

    /// <summary>
    /// Asks the chain about a key that <see cref="IsSigningKey"/> does not know: it may have been delegated a moment ago. All who ask while no read has begun share
    /// the next one. Throws <see cref="ChainException"/> when the node cannot tell.
    /// </summary>
    public async Task<bool> ConfirmAsync(StreamId stream, Address key, ulong timeMs, CancellationToken cancel = default)
    {
        var entry = EntryOf(stream);
        Task read;
        lock (entry)
        {
            read = entry.NextRead ??= ReadNextAsync(stream, entry);
        }

        await read.WaitAsync(cancel).ConfigureAwait(false);
        return entry.Holds(key, timeMs);
    }

    /// <summary>Reads a stream's delegations now and keeps them fresh from then on. Throws <see cref="ChainException"/> when the node cannot tell.</summary>
    public async Task TrackAsync(StreamId stream, CancellationToken cancel = default) => await ReadAsync(stream, cancel).ConfigureAwait(false);

    /// <summary>The delegations last read; empty before that.</summary>
    public IReadOnlyList<Delegation> DelegationsOf(StreamId stream) => _streams.TryGetValue(stream, out var entry) ? entry.Delegations : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reader, _refresher).ConfigureAwait(false);
        _stop.Dispose();
    }

    private Entry EntryOf(StreamId stream)
    {
        if (_streams.TryGetValue(stream, out var known))
        {
            return known;
        }

        lock (_admission)
        {
            if (_streams.Count >= _options.MaxStreams)
            {
                _streams.TryRemove(_streams.MinBy(pair => pair.Value.LastAsked).Key, out _);
            }

            return _streams.GetOrAdd(stream, _ => new Entry { LastAsked = _time.GetTimestamp() });
        }
    }

    private void Want(StreamId stream, Entry entry)
    {
        lock (entry)
        {
            if (entry.LastWanted is { } last && _time.GetElapsedTime(last) < _options.LeastInterval)
            {
                return;
            }

            entry.LastWanted = _time.GetTimestamp();
        }

        _wanted.Writer.TryWrite(stream);
    }

    // Not before the least interval since the last read has passed: whoever invents keys costs the node one read at a time.
    private async Task ReadNextAsync(StreamId stream, Entry entry)
    {
        await Task.Yield();
        TimeSpan wait;
        lock (entry)
        {
            wait = entry.LastConfirmed is { } last ? _options.LeastInterval - _time.GetElapsedTime(last) : TimeSpan.Zero;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
        }

        lock (entry)
        {
            entry.LastConfirmed = _time.GetTimestamp();
            entry.NextRead = null;
        }

        await ReadAsync(stream, _stop.Token).ConfigureAwait(false);
    }

    private async Task ReadWantedAsync()
    {
        try
        {
            await foreach (var stream in _wanted.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                await TryReadAsync(stream).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task RefreshAllAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.RefreshInterval, _time);
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                foreach (var stream in _streams.Keys)
                {
                    await TryReadAsync(stream).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task TryReadAsync(StreamId stream)
    {
        try
        {
            await ReadAsync(stream, _stop.Token).ConfigureAwait(false);
        }
        catch (ChainException e)
        {
            LastFailure = e;
        }
        catch (ObjectDisposedException)
        {
            // The client went first, as at the end of the program.
        }
    }

    private async Task ReadAsync(StreamId stream, CancellationToken cancel)
    {
        var delegations = await _contract.DelegationsAsync(stream, cancel).ConfigureAwait(false);
        EntryOf(stream).Delegations = delegations;
        LastFailure = null;
        Refreshed?.Invoke(stream);
    }

    private sealed class Entry
    {
        private IReadOnlyList<Delegation> _delegations = [];
        private long _lastAsked;

        public IReadOnlyList<Delegation> Delegations
        {
            get => Volatile.Read(ref _delegations);
            set => Volatile.Write(ref _delegations, value);
        }

        public long LastAsked
        {
            get => Volatile.Read(ref _lastAsked);
            set => Volatile.Write(ref _lastAsked, value);
        }

        /// <summary>Guarded by a lock on the entry.</summary>
        public long? LastWanted { get; set; }

        /// <summary>When a read for <see cref="ConfirmAsync"/> began. Guarded by a lock on the entry.</summary>
        public long? LastConfirmed { get; set; }

        /// <summary>The read that has not begun yet; null when nobody waits for one. Guarded by a lock on the entry.</summary>
        public Task? NextRead { get; set; }

        public bool Holds(Address key, ulong timeMs)
        {
            var seconds = timeMs / 1000;
            foreach (var delegation in Delegations)
            {
                if (delegation.Key == key && delegation.From <= seconds && seconds < delegation.Until)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
