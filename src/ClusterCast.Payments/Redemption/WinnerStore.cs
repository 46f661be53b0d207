using ClusterCast.Payments.Internal;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Data.Sqlite;

namespace ClusterCast.Payments;

/// <summary>
/// The relay's winners on disk. Every change is one SQLite transaction in a write-ahead log that is synced before the call returns
/// (<c>journal_mode=WAL, synchronous=FULL</c>), so a process that dies at any moment leaves each winner in exactly one state. Thread-safe.
/// All methods throw <see cref="WinnerStoreException"/> when the file fails.
/// </summary>
public sealed class WinnerStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private bool _disposed;

    private WinnerStore(SqliteConnection connection, string path)
    {
        _connection = connection;
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens the file, or creates it.</summary>
    public static WinnerStore Open(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString();
            connection = new SqliteConnection(text);
            connection.Open();
            WinnerRows.Prepare(connection, path);
            return new WinnerStore(connection, path);
        }
        catch (SqliteException failure)
        {
            connection?.Dispose();
            throw Failed(path, failure);
        }
        catch (WinnerStoreException)
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Keeps a winner, synced to disk on return. False when its ticket is kept already.</summary>
    /// <param name="winner">The winner.</param>
    /// <param name="deathSeconds">Unix second at which it can no longer be redeemed.</param>
    public bool Add(Winner winner, long deathSeconds) => Use(() => WinnerRows.Insert(_connection, winner, deathSeconds));

    /// <summary>Indexes whose winner lives in <paramref name="fromEpoch"/> or later, with its epoch.</summary>
    public IReadOnlyList<(uint Index, uint Epoch)> IndexesSince(uint fromEpoch) => Use(() => WinnerRows.IndexesSince(_connection, fromEpoch));

    /// <summary>Face values of a purse's winners that are neither paid nor expired, micro-USDC.</summary>
    public ulong PendingValueOf(Address viewingKey) => Use(() => WinnerRows.PendingValueOf(_connection, viewingKey));

    /// <summary>Winners in a state, those that die first at the head.</summary>
    public IReadOnlyList<StoredWinner> InState(WinnerState state, int atMost = int.MaxValue) =>
        Use(() => WinnerRows.Select(_connection, "state = $a ORDER BY death, id LIMIT $b", (long)state, atMost));

    /// <summary>Queued winners whose back-off is over, those that die first at the head.</summary>
    public IReadOnlyList<StoredWinner> Due(long nowMs, int atMost) =>
        Use(() => WinnerRows.Select(_connection, $"state = {(int)WinnerState.Queued} AND not_before <= $a ORDER BY death, id LIMIT $b", nowMs, atMost));

    /// <summary>Transactions that carry submitted winners, with the time of submission in Unix ms.</summary>
    public IReadOnlyList<(Hash32 Transaction, long SinceMs)> Submitted() =>
        Use(() => WinnerRows.Transactions(_connection, WinnerState.Submitted, 0));

    /// <summary>Transactions that paid winners since a moment, with the time of payment in Unix ms.</summary>
    public IReadOnlyList<(Hash32 Transaction, long SinceMs)> PaidSince(long sinceMs) =>
        Use(() => WinnerRows.Transactions(_connection, WinnerState.Final, sinceMs));

    /// <summary>Winners that somebody else redeemed, seen since a moment in Unix ms.</summary>
    public IReadOnlyList<StoredWinner> PaidByOthersSince(long sinceMs) =>
        Use(() => WinnerRows.Select(_connection, $"state = {(int)WinnerState.Final} AND tx IS NULL AND since >= $a ORDER BY id LIMIT $b", sinceMs, int.MaxValue));

    /// <summary>Winners of a transaction.</summary>
    public IReadOnlyList<StoredWinner> OfTransaction(Hash32 transaction) =>
        Use(() => WinnerRows.Select(_connection, "tx = $a ORDER BY id LIMIT $b", transaction.Span.ToArray(), int.MaxValue));

    /// <summary><c>won -> queued</c> for all that were won before or at a moment. Returns how many.</summary>
    public int QueueWonBefore(long wonAtMs) =>
        Use(() => WinnerRows.Run(_connection, $"UPDATE winners SET state = {(int)WinnerState.Queued} WHERE state = {(int)WinnerState.Won} AND won_at <= $a", wonAtMs));

    /// <summary><c>queued -> submitted</c> in one transaction of the chain.</summary>
    public void MarkSubmitted(IReadOnlyCollection<long> ids, Hash32 transaction, long nowMs) => Change(
        ids, $"UPDATE winners SET state = {(int)WinnerState.Submitted}, tx = $a, since = $b WHERE id = $id AND state = {(int)WinnerState.Queued}",
        transaction.Span.ToArray(), nowMs);

    /// <summary><c>submitted -> final</c>, or <c>queued -> final</c> for a winner that somebody else redeemed, which has no transaction here.</summary>
    public void MarkFinal(IReadOnlyCollection<long> ids, long nowMs) => Change(
        ids, $"UPDATE winners SET state = {(int)WinnerState.Final}, since = $b WHERE id = $id AND state IN ({(int)WinnerState.Queued}, {(int)WinnerState.Submitted})",
        DBNull.Value, nowMs);

    /// <summary><c>submitted -> queued</c> and <c>final -> queued</c>: dropped, reverted, or taken back by a reorg.</summary>
    public void Requeue(IReadOnlyCollection<long> ids) => Change(
        ids,
        $"UPDATE winners SET state = {(int)WinnerState.Queued}, tx = $a, not_before = $b WHERE id = $id AND state IN ({(int)WinnerState.Submitted}, {(int)WinnerState.Final})",
        DBNull.Value, 0L);

    /// <summary>Leaves queued winners alone for a while, because the chain does not pay them now.</summary>
    public void Skip(IReadOnlyCollection<long> ids, RedemptionOutcome outcome, long notBeforeMs) => Change(
        ids, "UPDATE winners SET attempts = attempts + 1, outcome = $a, not_before = $b WHERE id = $id", (long)outcome, notBeforeMs);

    /// <summary>Gives up winners that died without being in a transaction. Returns how many.</summary>
    public int Expire(long nowSeconds) => Use(() => WinnerRows.Run(
        _connection, $"UPDATE winners SET state = {(int)WinnerState.Expired} WHERE state IN ({(int)WinnerState.Won}, {(int)WinnerState.Queued}) AND death <= $a", nowSeconds));

    /// <summary>How many winners stand where.</summary>
    public WinnerTotals Totals() => Use(() => WinnerRows.Totals(_connection));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _connection.Dispose();
        }
    }

    private static WinnerStoreException Failed(string path, SqliteException failure) => new(
        $"The winners in '{path}' cannot be read or written (SQLite error {failure.SqliteExtendedErrorCode}): check that the disk has space, that the file is writable, and that no other relay uses it.",
        failure);

    private void Change(IReadOnlyCollection<long> ids, string sql, object a, object b) => Use(() =>
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var id in ids)
        {
            WinnerRows.Run(_connection, sql, a, b, id, transaction);
        }

        transaction.Commit();
        return 0;
    });

    private T Use<T>(Func<T> action)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                throw new WinnerStoreException($"The winners in '{Path}' are closed: the relay is shutting down.");
            }

            try
            {
                return action();
            }
            catch (SqliteException failure)
            {
                throw Failed(Path, failure);
            }
        }
    }
}
