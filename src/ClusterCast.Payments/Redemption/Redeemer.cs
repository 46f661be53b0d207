using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments;

/// <summary>
/// Takes winners from disk to the chain: <c>won -> queued -> submitted -> final</c>. The only owner of retries and back-off of redemption. What cannot be paid in full is skipped and stays until it
/// expires; it never holds up others. A transaction that was sent but not noted (the process died in between) shows as spent in the next preview and is then final.
/// </summary>
public sealed class Redeemer
{
    // Bounds the winners in memory; what is left over is due in the next round.
    private const int BatchesARound = 10;

    private readonly WinnerStore _store;
    private readonly IRedemptionChain _chain;
    private readonly RedeemerOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _oneRound = new(1, 1);
    private long _transactions;

    /// <summary>A redeemer of these winners.</summary>
    public Redeemer(WinnerStore store, IRedemptionChain chain, RedeemerOptions options, TimeProvider time)
    {
        _store = store;
        _chain = chain;
        _options = options;
        _time = time;
    }

    /// <summary>Transactions sent.</summary>
    public long Transactions => Interlocked.Read(ref _transactions);

    /// <summary>A round failed; the sentence is for the log. Raised on the redeemer's thread.</summary>
    public event Action<string>? Problem;

    /// <summary>Runs rounds until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            failures = await TryRoundAsync(everything: false, freshBackOff: false, cancellationToken).ConfigureAwait(false) ? 0 : failures + 1;
            try
            {
                await Task.Delay(failures == 0 ? _options.Interval : BackOff(failures), _time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Redeems all winners now, without hold or minimum value, and waits until each is paid or found unpayable, at most for <paramref name="timeout"/>.
    /// </summary>
    public async Task<DrainResult> DrainAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var before = _store.Totals();
        var start = _time.GetTimestamp();
        for (var round = 0; ; round++)
        {
            var ok = await TryRoundAsync(everything: true, freshBackOff: round == 0, cancellationToken).ConfigureAwait(false);
            var totals = _store.Totals();
            var unpayable = _store.InState(WinnerState.Queued).Count(winner => winner.LastOutcome is not null);
            var result = new DrainResult(
                Math.Max(0, totals.Final - before.Final), totals.FinalValue - Math.Min(before.FinalValue, totals.FinalValue), unpayable, totals.Pending - unpayable);
            if ((ok && result.IsComplete) || _time.GetElapsedTime(start) >= timeout)
            {
                return result;
            }

            await Task.Delay(_options.Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One round: look at what is on the way, queue, submit. Throws <see cref="RedemptionException"/> and <see cref="WinnerStoreException"/>.</summary>
    /// <param name="everything">Ignore hold and minimum value.</param>
    /// <param name="freshBackOff">Try skipped winners again at once.</param>
    /// <param name="cancellationToken">Ends the round between two calls to the chain.</param>
    public async Task RoundAsync(bool everything, bool freshBackOff, CancellationToken cancellationToken)
    {
        await _oneRound.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await FollowAsync(cancellationToken).ConfigureAwait(false);
            _store.Expire(NowMs / 1000);
            _store.QueueWonBefore(everything ? long.MaxValue : NowMs - (long)_options.Hold.TotalMilliseconds);
            await SubmitAsync(everything, freshBackOff, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _oneRound.Release();
        }
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<bool> TryRoundAsync(bool everything, bool freshBackOff, CancellationToken cancellationToken)
    {
        try
        {
            await RoundAsync(everything, freshBackOff, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure) when (failure is RedemptionException or WinnerStoreException)
        {
            Problem?.Invoke(failure.Message);
            return false;
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        foreach (var (transaction, since) in _store.Submitted())
        {
            var status = await _chain.GetStatusAsync(transaction, cancellationToken).ConfigureAwait(false);
            var dropped = status.Phase == RedemptionPhase.Unknown && NowMs - since >= _options.DropAfter.TotalMilliseconds;
            if (status.Phase == RedemptionPhase.Included && status.Confirmations >= _options.Confirmations)
            {
                Settle(transaction, status);
            }
            else if (dropped || status.Phase == RedemptionPhase.Reverted)
            {
                _store.Requeue(Ids(_store.OfTransaction(transaction)));
            }
        }

        foreach (var (transaction, _) in _store.PaidSince(NowMs - (long)_options.ReorgWatch.TotalMilliseconds))
        {
            var status = await _chain.GetStatusAsync(transaction, cancellationToken).ConfigureAwait(false);
            var paid = status.Phase == RedemptionPhase.Included ? status.Paid : [];
            var undone = _store.OfTransaction(transaction).Where(winner => winner.State == WinnerState.Final && !paid.Contains(winner.Winner.Key));
            _store.Requeue(Ids(undone));
        }

        foreach (var batch in _store.PaidByOthersSince(NowMs - (long)_options.ReorgWatch.TotalMilliseconds).Chunk(_options.BatchSize))
        {
            var (groups, order) = Grouped(batch);
            var outcomes = await PreviewAsync(groups, order.Count, cancellationToken).ConfigureAwait(false);
            _store.Requeue(Ids(order.Where((_, i) => outcomes.Outcomes[i] == RedemptionOutcome.Redeemed)));
        }
    }

    private void Settle(Hash32 transaction, ReceiptStatus status)
    {
        var winners = _store.OfTransaction(transaction).Where(winner => winner.State == WinnerState.Submitted).ToLookup(winner => status.Paid.Contains(winner.Winner.Key));
        _store.MarkFinal(Ids(winners[true]), NowMs);
        _store.Requeue(Ids(winners[false]));
    }

    private async Task SubmitAsync(bool everything, bool freshBackOff, CancellationToken cancellationToken)
    {
        var nowMs = NowMs;
        foreach (var batch in _store.Due(freshBackOff ? long.MaxValue : nowMs, BatchesARound * _options.BatchSize).Chunk(_options.BatchSize))
        {
            var (groups, order) = Grouped(batch);
            var preview = await PreviewAsync(groups, order.Count, cancellationToken).ConfigureAwait(false);
            var payable = Sort(order, preview.Outcomes);
            if (payable.Count == 0 || !(everything || IsWorthwhile(payable, preview.Cost)))
            {
                continue;
            }

            var transaction = await _chain.SubmitAsync(Grouped(payable).Groups, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _transactions);
            _store.MarkSubmitted(Ids(payable), transaction, NowMs);
        }
    }

    private async Task<RedemptionPreview> PreviewAsync(List<RedemptionGroup> groups, int tickets, CancellationToken cancellationToken)
    {
        var preview = await _chain.PreviewAsync(groups, cancellationToken).ConfigureAwait(false);
        return preview.Outcomes.Count == tickets
            ? preview
            : throw new RedemptionException(
                RedemptionProblem.Rejected, $"The broker answered {preview.Outcomes.Count} outcomes for {tickets} tickets: check that the deployment file names the right TicketBroker.");
    }

    private List<StoredWinner> Sort(List<StoredWinner> order, IReadOnlyList<RedemptionOutcome> outcomes)
    {
        var payable = new List<StoredWinner>();
        for (var i = 0; i < order.Count; i++)
        {
            switch (outcomes[i])
            {
                case RedemptionOutcome.Redeemed:
                    payable.Add(order[i]);
                    break;
                case RedemptionOutcome.Spent:
                    // An index wins at most once in an epoch, so it was this ticket: by an earlier transaction of ours, or by a keeper.
                    _store.MarkFinal([order[i].Id], NowMs);
                    break;
                default:
                    _store.Skip([order[i].Id], outcomes[i], NowMs + (long)BackOff(order[i].Attempts + 1).TotalMilliseconds);
                    break;
            }
        }

        return payable;
    }

    private bool IsWorthwhile(List<StoredWinner> payable, ulong cost)
    {
        var value = payable.Aggregate(0UL, (sum, winner) => sum + winner.Winner.Ticket.FaceValue);
        var coversGas = (UInt128)value * 100 >= (UInt128)cost * _options.MinValuePercentOfCost;
        var oldest = payable.Min(winner => winner.Winner.WonAtMs);
        return coversGas && (value >= _options.MinBatchValue || NowMs - oldest >= _options.MaxWait.TotalMilliseconds);
    }

    private TimeSpan BackOff(int failures) =>
        TimeSpan.FromTicks(Math.Min(_options.MaxBackOff.Ticks, _options.MinBackOff.Ticks << Math.Min(20, failures - 1)));

    private static (List<RedemptionGroup> Groups, List<StoredWinner> Order) Grouped(IEnumerable<StoredWinner> winners)
    {
        var groups = new List<RedemptionGroup>();
        var order = new List<StoredWinner>();
        foreach (var group in winners.GroupBy(winner => (winner.Winner.Ticket.Relay, winner.Winner.Ticket.Stream, winner.Winner.Ticket.Terms, winner.Winner.Ticket.FaceValue)))
        {
            var (relay, stream, terms, faceValue) = group.Key;
            groups.Add(new RedemptionGroup(relay, stream, terms, faceValue, [.. group.Select(winner => winner.Winner)]));
            order.AddRange(group);
        }

        return (groups, order);
    }

    private static long[] Ids(IEnumerable<StoredWinner> winners) => [.. winners.Select(winner => winner.Id)];
}
