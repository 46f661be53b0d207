using System.Collections.Concurrent;
using ClusterCast.Chain.Contracts;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Indexing;

/// <summary>A purse as it was read.</summary>
/// <param name="State">What the contract answered.</param>
/// <param name="ReadAt">When.</param>
public sealed record PurseSnapshot(PurseState State, DateTimeOffset ReadAt);

/// <summary>
/// Purses of the viewers of a relay, read when needed and kept. Concurrent reads of one purse share one request; at most
/// <see cref="MaxPurses"/> are kept, the one read longest ago gives way. Safe for concurrent use.
/// </summary>
public sealed class PurseDirectory(TicketBroker contract, TimeProvider? time = null)
{
    /// <summary>Most purses that are kept.</summary>
    public const int MaxPurses = 16_384;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<Address, PurseSnapshot> _known = new();
    private readonly ConcurrentDictionary<Address, Lazy<Task<PurseSnapshot>>> _reading = new();

    /// <summary>The purse as last read; false when it never was. Never waits.</summary>
    public bool TryGet(Address viewingKey, out PurseSnapshot snapshot) => _known.TryGetValue(viewingKey, out snapshot!);

    /// <summary>The purse, read again when the last reading is older than <paramref name="maxAge"/>. Throws <see cref="ChainException"/>.</summary>
    public async ValueTask<PurseSnapshot> GetAsync(Address viewingKey, TimeSpan maxAge, CancellationToken cancel = default) =>
        TryGet(viewingKey, out var snapshot) && _time.GetUtcNow() - snapshot.ReadAt <= maxAge
            ? snapshot
            : await RefreshAsync(viewingKey, cancel).ConfigureAwait(false);

    /// <summary>Reads the purse now, or joins a reading under way. Throws <see cref="ChainException"/>.</summary>
    public Task<PurseSnapshot> RefreshAsync(Address viewingKey, CancellationToken cancel = default)
    {
        // The shared request is bounded by the client's timeout, so one caller's cancellation does not end it for the others.
        var reading = _reading.GetOrAdd(viewingKey, key => new Lazy<Task<PurseSnapshot>>(() => ReadAsync(key)));
        return reading.Value.WaitAsync(cancel);
    }

    /// <summary>Drops a purse, as at the end of its last session.</summary>
    public void Forget(Address viewingKey) => _known.TryRemove(viewingKey, out _);

    private async Task<PurseSnapshot> ReadAsync(Address viewingKey)
    {
        try
        {
            var readAt = _time.GetUtcNow();
            var snapshot = new PurseSnapshot(await contract.PurseAsync(viewingKey).ConfigureAwait(false), readAt);
            Keep(viewingKey, snapshot);
            return snapshot;
        }
        finally
        {
            _reading.TryRemove(viewingKey, out _);
        }
    }

    private void Keep(Address viewingKey, PurseSnapshot snapshot)
    {
        if (_known.Count >= MaxPurses && !_known.ContainsKey(viewingKey))
        {
            // An eighth at once, so that a crowd of strangers does not make every reading sort the directory.
            foreach (var (key, _) in _known.OrderBy(pair => pair.Value.ReadAt).Take(MaxPurses / 8).ToArray())
            {
                _known.TryRemove(key, out _);
            }
        }

        _known[viewingKey] = snapshot;
    }
}
