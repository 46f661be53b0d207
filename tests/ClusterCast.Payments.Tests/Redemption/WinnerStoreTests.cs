using ClusterCast.Protocol.Signing;

namespace ClusterCast.Payments.Tests;

public sealed class WinnerStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WinnerStore _store;
    private int _copies;

    public WinnerStoreTests() => _store = WinnerStore.Open(_folder.File("winners.db"));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_winner_comes_back_as_it_was()
    {
        var winner = Samples.Winner(uint.MaxValue);
        Assert.True(_store.Add(winner, 99));
        var stored = Assert.Single(AfterKill(store => store.InState(WinnerState.Won)));
        Assert.Equal(winner, stored.Winner);
        Assert.Equal((WinnerState.Won, 0, null, null), (stored.State, stored.Attempts, stored.LastOutcome, stored.Transaction));
    }

    [Fact]
    public void A_ticket_is_kept_once()
    {
        Assert.True(_store.Add(Samples.Winner(1), 99));
        Assert.False(_store.Add(Samples.Winner(1), 99));
        Assert.Equal(1, _store.Totals().All);
    }

    [Fact]
    public void A_process_that_dies_leaves_each_winner_in_the_state_it_reached()
    {
        for (uint number = 1; number <= 5; number++)
        {
            _store.Add(Samples.Winner(number, wonAt: number), 1_000 + number);
            Assert.Equal(number, AfterKill(store => store.Totals().Won));
        }

        Assert.Equal(4, _store.QueueWonBefore(4));
        Assert.Equal((1, 4), AfterKill(store => (store.Totals().Won, store.Totals().Queued)));

        var ids = _store.InState(WinnerState.Queued).Select(winner => winner.Id).ToArray();
        var transaction = Keccak256.Hash([1]);
        _store.MarkSubmitted(ids[..3], transaction, 77);
        Assert.Equal((1, 3), AfterKill(store => (store.Totals().Queued, store.Totals().Submitted)));
        Assert.Equal([(transaction, 77)], AfterKill(store => store.Submitted()));
        Assert.Equal(3, AfterKill(store => store.OfTransaction(transaction).Count));

        _store.MarkFinal(ids[..2], 88);
        Assert.Equal((1, 2, 800ul), AfterKill(store => (store.Totals().Submitted, store.Totals().Final, store.Totals().FinalValue)));
        Assert.Equal([(transaction, 88)], AfterKill(store => store.PaidSince(88)));
        Assert.Empty(_store.PaidSince(89));

        _store.Requeue(ids[..3]);
        Assert.Equal((4, 0, 0), AfterKill(store => (store.Totals().Queued, store.Totals().Submitted, store.Totals().Final)));
        Assert.All(AfterKill(store => store.InState(WinnerState.Queued)), winner => Assert.Null(winner.Transaction));

        _store.Skip(ids[..1], RedemptionOutcome.PurseTooLow, 5_000);
        Assert.Equal((3, 4), AfterKill(store => (store.Due(4_999, 10).Count, store.Due(5_000, 10).Count)));
        Assert.Equal((1, RedemptionOutcome.PurseTooLow), AfterKill(store => store.InState(WinnerState.Queued).Select(w => (w.Attempts, w.LastOutcome!.Value)).First()));

        Assert.Equal(2, _store.Expire(1_002));
        Assert.Equal((2, 2, 1), AfterKill(store => (store.Totals().Expired, store.Totals().Queued, store.Totals().Won)));
    }

    [Fact]
    public void Only_the_allowed_steps_are_taken()
    {
        _store.Add(Samples.Winner(1), 10);
        var id = _store.InState(WinnerState.Won)[0].Id;
        _store.MarkSubmitted([id], Keccak256.Hash([1]), 1);
        _store.MarkFinal([id], 1);
        _store.Requeue([id]);
        Assert.Equal(1, _store.Totals().Won);

        _store.QueueWonBefore(long.MaxValue);
        _store.MarkSubmitted([id], Keccak256.Hash([1]), 1);
        Assert.Equal(0, _store.Expire(long.MaxValue));
        _store.MarkFinal([id], 1);
        Assert.Equal(0, _store.Expire(long.MaxValue));
        Assert.Equal(1, _store.Totals().Final);
    }

    [Fact]
    public void A_transaction_that_is_cut_in_half_by_a_dying_process_leaves_nothing()
    {
        for (uint number = 1; number <= 3; number++)
        {
            _store.Add(Samples.Winner(number), 10);
        }

        _store.QueueWonBefore(long.MaxValue);
        var ids = _store.InState(WinnerState.Queued).Select(winner => winner.Id).ToArray();
        var log = new FileInfo(_folder.File("winners.db-wal"));
        var before = log.Length;
        _store.MarkSubmitted(ids, Keccak256.Hash([1]), 1);
        log.Refresh();

        // All lengths at which the write of the log could have stopped.
        for (var length = before; length < log.Length; length += 512)
        {
            Assert.Equal((3, 0), AfterKill(store => (store.Totals().Queued, store.Totals().Submitted), length));
        }

        Assert.Equal((0, 3), AfterKill(store => (store.Totals().Queued, store.Totals().Submitted)));
    }

    [Fact]
    public void Pending_value_counts_what_a_purse_still_owes()
    {
        var purse = Samples.Winner(9).ViewingKey;
        for (uint number = 1; number <= 3; number++)
        {
            _store.Add(Samples.Winner(number, purse), number);
        }

        _store.Add(Samples.Winner(4), 10);
        Assert.Equal(1_200ul, _store.PendingValueOf(purse));
        _store.Expire(1);
        Assert.Equal(800ul, _store.PendingValueOf(purse));
    }

    [Fact]
    public void A_file_that_is_no_store_says_so()
    {
        File.WriteAllText(_folder.File("other.db"), new string('x', 5_000));
        Assert.Contains("cannot be read or written", Assert.Throws<WinnerStoreException>(() => WinnerStore.Open(_folder.File("other.db"))).Message, StringComparison.Ordinal);
        Assert.Throws<WinnerStoreException>(() => WinnerStore.Open(_folder.File("gone/winners.db")));
    }

    [Fact]
    public void A_closed_store_says_so()
    {
        _store.Dispose();
        Assert.Contains("shutting down", Assert.Throws<WinnerStoreException>(() => _store.Totals()).Message, StringComparison.Ordinal);
    }

    /// <summary>Opens what a killed process would have left: the files as they are at this moment, while the store is open.</summary>
    private T AfterKill<T>(Func<WinnerStore, T> look, long? logLength = null)
    {
        var copy = _folder.File($"copy{++_copies}.db");
        Copy(_folder.File("winners.db"), copy, null);
        Copy(_folder.File("winners.db-wal"), copy + "-wal", logLength);
        using var store = WinnerStore.Open(copy);
        return look(store);
    }

    private static void Copy(string from, string to, long? length)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var target = new FileStream(to, FileMode.Create);
        source.CopyTo(target);
        target.SetLength(length ?? target.Length);
    }
}
