using ClusterCast.Payments.Internal;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Payments;

/// <summary>
/// A payer's purse, a viewer's or an inner relay's: opens sessions with relays, keeps the debt to each over sessions, and signs tickets within the viewer's limits (spec/tickets.md). Thread-safe.
/// </summary>
public sealed class Purse
{
    /// <summary>Time between two calls of <see cref="Tick"/> by <see cref="RunAsync"/>.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(500);

    private readonly PrivateKey _viewingKey;
    private readonly IPurseBalance _balance;
    private readonly DebtFile? _file;
    private readonly Dictionary<Address, PurseAccount> _accounts = [];
    private readonly List<PurseSession> _sessions = [];
    private readonly Lock _fileGate = new();
    private UInt128 _signedValue;

    /// <summary>A purse. Throws <see cref="DebtFileException"/> when the file of debts is unreadable.</summary>
    /// <param name="viewingKey">Signs SessionOpen and tickets.</param>
    /// <param name="domains">The deployment.</param>
    /// <param name="limits">What is accepted of a relay.</param>
    /// <param name="balance">The purse's money.</param>
    /// <param name="epochs">The deployment's epochs, and the clock.</param>
    /// <param name="random">Source of salts and nonces.</param>
    /// <param name="file">Where debts survive a restart; null keeps them in memory.</param>
    public Purse(PrivateKey viewingKey, Domains domains, ViewerLimits limits, IPurseBalance balance, EpochClock epochs, IRandomSource random, DebtFile? file = null)
    {
        _viewingKey = viewingKey;
        _balance = balance;
        _file = file;
        Domains = domains;
        Limits = limits;
        Epochs = epochs;
        Random = random;
        foreach (var debt in file?.Read(viewingKey.Address) ?? [])
        {
            var account = AccountOf(debt.Relay);
            account.Restore(debt.DebtBytes);
            foreach (var frame in debt.Pending)
            {
                if (PurseFrames.TryReadTicket(frame, out var commit))
                {
                    account.Inherit(new PendingTicket(commit, frame, IsInherited: true));
                }
            }
        }
    }

    /// <summary>A relay signed a receipt that contradicts the head it names. Keep it: anybody can decide it.</summary>
    public event Action<FalseReceipt>? EvidenceFound;

    /// <summary>Something went wrong that the user can mend; one sentence.</summary>
    public event Action<string>? Problem;

    /// <summary>The viewing key's address: the purse's name on chain.</summary>
    public Address Address => _viewingKey.Address;

    /// <summary>What is accepted of a relay.</summary>
    public ViewerLimits Limits { get; }

    /// <summary>What was done so far.</summary>
    public PurseStatistics Statistics
    {
        get
        {
            lock (Gate)
            {
                return new PurseStatistics(
                    _accounts.Values.Aggregate(default(PurseCounters), (sum, account) => sum + account.Counters),
                    [.. _accounts.Values.Select(account => new RelaySpending(account.Relay, account.Price, account.Debt, account.Counters))]);
            }
        }
    }

    /// <summary>What was spent, for people.</summary>
    public PurseStatement Statement => new(Statistics, Spendable);

    internal Lock Gate { get; } = new();

    internal Domains Domains { get; }

    internal EpochClock Epochs { get; }

    internal IRandomSource Random { get; }

    internal ulong Spendable => _balance.Spendable;

    /// <summary>Begins a session on a connection to a relay and sends SessionOpen. The first Subscribe goes before it.</summary>
    /// <param name="relay">Node id that the connection has proven.</param>
    /// <param name="stream">The stream of the first Subscribe.</param>
    /// <param name="advertisedPrice">The price in the relay's record, micro-USDC per 1e9 bytes; 0 when unknown.</param>
    /// <param name="sendFrame">Sends a whole frame on the connection; must not block.</param>
    public PurseSession Open(Address relay, StreamId stream, ulong advertisedPrice, Action<byte[]> sendFrame)
    {
        PurseSession session;
        lock (Gate)
        {
            session = new PurseSession(this, AccountOf(relay), stream, advertisedPrice, sendFrame);
            _sessions.Add(session);
        }

        session.Begin();
        return session;
    }

    /// <summary>Resends what was not answered, in all sessions. To be called every half second.</summary>
    public void Tick()
    {
        PurseSession[] sessions;
        lock (Gate)
        {
            sessions = [.. _sessions];
        }

        foreach (var session in sessions)
        {
            session.Tick();
        }
    }

    /// <summary>Ticks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TickInterval, Epochs.Time, cancellationToken).ConfigureAwait(false);
                Tick();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Writes the debts to the file, when there is one. A failure is a <see cref="Problem"/>, not an exception.</summary>
    public void Save()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            lock (_fileGate)
            {
                List<RelayDebt> debts;
                lock (Gate)
                {
                    debts = [.. _accounts.Values.Select(account => new RelayDebt(account.Relay, account.Debt, PendingOf(account)))];
                }

                _file.Write(Address, debts);
            }
        }
        catch (DebtFileException failure)
        {
            Problem?.Invoke(failure.Message);
        }
    }

    internal Signature Sign(in Hash32 digest) => _viewingKey.Sign(digest);

    /// <summary>Books the expected payment of a ticket; false when the budget does not cover it. Under the lock.</summary>
    internal bool TrySpend(UInt128 scaledValue)
    {
        if (!CanSpend(scaledValue))
        {
            return false;
        }

        _signedValue += scaledValue;
        return true;
    }

    /// <summary>Whether the budget covers a ticket. Under the lock.</summary>
    internal bool CanSpend(UInt128 scaledValue) => Limits.Budget is not { } budget || _signedValue + scaledValue <= (UInt128)budget << 64;

    internal void Ended(PurseSession session)
    {
        lock (Gate)
        {
            _sessions.Remove(session);
        }
    }

    internal void Report(FalseReceipt evidence) => EvidenceFound?.Invoke(evidence);

    private byte[][] PendingOf(PurseAccount account) =>
        [.. account.Orphans.Select(ticket => ticket.Frame), .. _sessions.Where(session => session.Relay == account.Relay).Select(session => session.PendingFrame).OfType<byte[]>()];

    private PurseAccount AccountOf(Address relay)
    {
        if (!_accounts.TryGetValue(relay, out var account))
        {
            _accounts.Add(relay, account = new PurseAccount(relay));
        }

        return account;
    }
}
