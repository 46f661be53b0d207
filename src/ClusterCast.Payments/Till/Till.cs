using ClusterCast.Payments.Internal;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments;

/// <summary>
/// A relay's till: admits payers, lends them credit, takes their tickets and keeps winners on disk before the next offer leaves (spec/tickets.md). Shared by all connections; thread-safe.
/// </summary>
public sealed class Till : IDisposable
{
    private readonly PrivateKey _nodeKey;
    private readonly ITillChain _chain;
    private readonly WinnerStore _winners;
    private readonly IRandomSource _random;
    private readonly TillAccounts _accounts;
    private readonly Lock _gate = new();
    private readonly Dictionary<TillSession, TillAccount> _open = [];
    private readonly NonceBook _nonces;
    private readonly ForeignSessions _elsewhere;
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>A till of a node. Does not own <paramref name="winners"/>.</summary>
    /// <param name="nodeKey">Signs receipts; its address is the relay that tickets name.</param>
    /// <param name="domains">The deployment.</param>
    /// <param name="tariff">What is asked.</param>
    /// <param name="policy">Who is served.</param>
    /// <param name="chain">Purses and terms.</param>
    /// <param name="winners">Where winners are kept.</param>
    /// <param name="epochs">The deployment's epochs, and the clock.</param>
    /// <param name="random">Source of the preimages: a CSPRNG that nothing restores.</param>
    public Till(PrivateKey nodeKey, Domains domains, TillTariff tariff, TillPolicy policy, ITillChain chain, WinnerStore winners, EpochClock epochs, IRandomSource random)
    {
        _nodeKey = nodeKey;
        Relay = nodeKey.Address;
        Domains = domains;
        Tariff = tariff;
        Policy = policy;
        _chain = chain;
        _winners = winners;
        Epochs = epochs;
        _random = random;
        Indexes = new IndexPool(winners.IndexesSince(Math.Max(1, epochs.Current) - 1));
        _accounts = new TillAccounts(tariff, policy.MaxAccounts, Indexes);
        _nonces = new NonceBook(policy.MaxNonces, 2 * policy.ClockSkew);
        _elsewhere = new ForeignSessions(nodeKey.Address, domains, policy);
    }

    /// <summary>Something went wrong that the operator can mend; one sentence for the log.</summary>
    public event Action<string>? Problem;

    /// <summary>A session was admitted: its SessionOpen, for the news to other relays.</summary>
    public event Action<SessionOpenMessage>? Opened;

    /// <summary>A session that was admitted is over: its SessionOpen, for the news to other relays. Now and then raised before <see cref="Opened"/>.</summary>
    public event Action<SessionOpenMessage>? Closed;

    /// <summary>A ticket won and is on disk.</summary>
    public event Action<Winner>? Won;

    /// <summary>The node id.</summary>
    public Address Relay { get; }

    /// <summary>What is asked.</summary>
    public TillTariff Tariff { get; }

    /// <summary>Signs false receipts on purpose; null in an honest relay.</summary>
    public IReceiptFault? ReceiptFault { get; init; }

    /// <summary>Counters since the till was opened.</summary>
    public TillStatistics Statistics => Counters.Snapshot();

    /// <summary>What was earned, for people.</summary>
    public TillStatement Statement => new(Statistics, _winners.Totals());

    internal Domains Domains { get; }

    internal TillPolicy Policy { get; }

    internal EpochClock Epochs { get; }

    internal IndexPool Indexes { get; }

    internal TillCounters Counters { get; } = new();

    /// <summary>Payments of one connection. Dispose the session with the connection.</summary>
    /// <param name="stream">The stream of the first Subscribe.</param>
    /// <param name="sendFrame">Sends a whole frame on the connection; must not block.</param>
    /// <param name="peerNode">The peer's node id when it is a relay.</param>
    public TillSession Open(StreamId stream, Action<byte[]> sendFrame, Address? peerNode = null) => new(this, stream, sendFrame, peerNode);

    /// <summary>The sessions that are open here, as they were signed.</summary>
    public IReadOnlyList<SessionOpenMessage> Held
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Keys.Select(session => session.OpenedBy)];
            }
        }
    }

    /// <summary>
    /// A SessionOpen for another relay was heard: it counts towards the sessions of its purse for ten minutes, or up to its end. Invalid ones are ignored; how old
    /// one may be is for the caller to say.
    /// </summary>
    public void OnForeignSession(in SessionOpenMessage open)
    {
        lock (_gate)
        {
            _elsewhere.Heard(open, Epochs.NowMs);
        }
    }

    /// <summary>Another relay says that a session is over: it no longer counts. Invalid ones are ignored.</summary>
    public void OnForeignEnd(in SessionEndMessage end)
    {
        lock (_gate)
        {
            _elsewhere.Ended(end, Epochs.NowMs);
        }
    }

    /// <summary>Looks at the purses of all open sessions and ends those that may no longer be served. To be called every watch interval.</summary>
    public async Task CheckPursesAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<TillSession, TillAccount>[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        foreach (var (session, account) in open)
        {
            if (session.State != TillSessionState.Open)
            {
                continue;
            }

            try
            {
                var purse = await _chain.GetPurseAsync(account.Purse, cancellationToken).ConfigureAwait(false);
                if (Admission.CheckPurse(purse, _winners.PendingValueOf(account.Purse), session.Price, session.Terms, Tariff, Policy, Epochs) is { } refusal)
                {
                    session.Refuse(refusal);
                }
            }
            catch (Exception failure) when (failure is TillChainException or WinnerStoreException)
            {
                Problem?.Invoke(failure.Message);
            }
        }
    }

    /// <summary>Watches purses until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Policy.WatchInterval, Epochs.Time, cancellationToken).ConfigureAwait(false);
                await CheckPursesAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Admits nobody any more.</summary>
    public void Dispose() => _stopped.Cancel();

    internal Signature Sign(in Hash32 digest) => _nodeKey.Sign(digest);

    internal void Ended(TillSession session)
    {
        lock (_gate)
        {
            if (!_open.Remove(session, out var account))
            {
                return;
            }

            lock (account.Gate)
            {
                account.Sessions.Remove(session);
            }
        }

        Closed?.Invoke(session.OpenedBy);
    }

    internal OutstandingOffer NewOffer(StreamId stream, uint terms, ulong price)
    {
        Span<byte> r = stackalloc byte[Hash32.Size];
        _random.Fill(r);
        var preimage = Hash32.From(r);
        var index = Indexes.Take(Epochs.Current);
        return new OutstandingOffer(Draw.Commit(preimage, index), preimage, index, stream, terms, price);
    }

    /// <summary>Draws. A winner is on disk when this returns true; false when it could not be written. Events are posted to <paramref name="outbox"/>.</summary>
    internal bool Keep(SignedTicket signed, in Hash32 digest, OutstandingOffer offer, Address purse, Outbox outbox)
    {
        if (!Draw.Wins(offer.R, digest, signed.Ticket.WinProbability))
        {
            Indexes.Release(offer.Index);
            return true;
        }

        var winner = new Winner(signed.Ticket, signed.Bytes, signed.Signature, purse, digest, offer.R, offer.Index, Epochs.NowMs);
        try
        {
            _winners.Add(winner, Epochs.DeathOf(signed.Ticket.Epoch));
        }
        catch (WinnerStoreException failure)
        {
            outbox.Post(() => Problem?.Invoke(failure.Message));
            return false;
        }

        Indexes.Won(offer.Index, signed.Ticket.Epoch);
        Counters.TicketWon();
        outbox.Post(() => Won?.Invoke(winner));
        return true;
    }

    internal void BeginAdmission(TillSession session, SessionOpenMessage open) => _ = AdmitAsync(session, open);

    private async Task AdmitAsync(TillSession session, SessionOpenMessage open)
    {
        try
        {
            if (Tariff.IsFree)
            {
                session.Refuse(new SessionRefused(PaymentRefusal.NotWanted, "This relay serves for free."));
                return;
            }

            if (Admission.CheckMessage(open, Relay, Domains, Policy, Epochs.NowMs) is { } wrong)
            {
                session.Refuse(wrong);
                return;
            }

            // Reading the chain comes before the nonce is used up, so that a failed read can be repeated with the same SessionOpen.
            // Both at once: a viewer waits for its first picture until both are here.
            var readingPurse = _chain.GetPurseAsync(open.Purse, _stopped.Token).AsTask();
            var readingTerms = _chain.GetTermsAsync(session.Stream, _stopped.Token).AsTask();
            await Task.WhenAll(readingPurse, readingTerms).ConfigureAwait(false);
            var purse = await readingPurse.ConfigureAwait(false);
            var terms = await readingTerms.ConfigureAwait(false);
            if (CheckNonce(open) is { } stale)
            {
                session.Refuse(stale);
                return;
            }

            if (terms is not { } known)
            {
                session.Refuse(new SessionRefused(PaymentRefusal.WrongFields, $"Stream {session.Stream} has no terms on chain: its broadcaster must set them."));
                return;
            }

            var price = Math.Max(Tariff.Price, known.FloorPrice);
            if (Protocol.Tickets.Tariff.MaxBytes(price, Tariff.FaceValue) < Tariff.TicketBytes)
            {
                Problem?.Invoke($"Stream {session.Stream} has a floor price of {Money.FormatPrice(price)}, too high for this till's face value: raise the face value.");
                session.Refuse(new SessionRefused(PaymentRefusal.WrongFields, "The stream's floor price does not fit this relay's face value: use another relay."));
                return;
            }

            if (Admission.CheckPurse(purse, _winners.PendingValueOf(open.Purse), price, known, Tariff, Policy, Epochs) is { } poor)
            {
                session.Refuse(poor);
                return;
            }

            if (Register(session, open) is { } account)
            {
                Opened?.Invoke(open);
                session.Admit(account, known, price);
            }
            else
            {
                session.Refuse(new SessionRefused(PaymentRefusal.TooManySessions, $"The purse has {Policy.MaxSessionsOfPurse} sessions open: close one first."));
            }
        }
        catch (OperationCanceledException)
        {
            session.AdmissionFailed();
        }
        catch (Exception failure)
        {
            // Whatever fails in reading the chain, the payer may ask again.
            Problem?.Invoke(failure.Message);
            session.AdmissionFailed();
        }
    }

    private SessionRefused? CheckNonce(in SessionOpenMessage open)
    {
        lock (_gate)
        {
            return _nonces.Add(open.Nonce, Epochs.NowMs) switch
            {
                NonceResult.Known => new SessionRefused(PaymentRefusal.StaleTime, "The SessionOpen was used before: sign a fresh one."),
                NonceResult.Full => new SessionRefused(PaymentRefusal.TooManySessions, "Too many sessions were opened here lately: try again in a minute."),
                _ => null,
            };
        }
    }

    private TillAccount? Register(TillSession session, in SessionOpenMessage open)
    {
        var purse = open.Purse;
        lock (_gate)
        {
            var here = _open.Values.Count(account => account.Purse == purse);
            if (here + _elsewhere.CountOf(purse, Epochs.NowMs) >= Policy.MaxSessionsOfPurse)
            {
                return null;
            }

            var account = _accounts.Get(purse, Epochs.NowMs);
            _open.Add(session, account);
            lock (account.Gate)
            {
                account.Sessions.Add(session);
            }

            return account;
        }
    }
}
