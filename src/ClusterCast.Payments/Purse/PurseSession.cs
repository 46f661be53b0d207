using ClusterCast.Payments.Internal;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Payments;

/// <summary>
/// One connection's payments at a payer (spec/tickets.md). At most one ticket is unanswered; it is resent byte for byte. A signed ticket counts as paid whatever the relay says of it, since the relay
/// alone knows whether it won. Frames go out through the callback in order, outside of all locks. Thread-safe.
/// </summary>
public sealed class PurseSession : IDisposable
{
    /// <summary>Time after which an unanswered SessionOpen or Ticket is resent.</summary>
    public static readonly TimeSpan ResendAfter = TimeSpan.FromSeconds(2);

    /// <summary>Time after which a relay that answers neither is given up.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Time without a verified byte after which the debt is paid although it is smaller than a ticket: what was lost on the way counts for the relay only, and may have used up the credit.
    /// </summary>
    public static readonly TimeSpan SettleAfter = TimeSpan.FromSeconds(3);

    /// <summary>Time after which a relay that says that the credit is used up is paid although less than a ticket is owed: by then what was on the way has verified.</summary>
    public static readonly TimeSpan WithheldAfter = TimeSpan.FromSeconds(1);

    private readonly Purse _purse;
    private readonly PurseAccount _account;
    private readonly TicketDesk _desk;
    private readonly ReceiptBook _receipts;
    private readonly OfferConditions _conditions;
    private readonly PaymentClock _clock;
    private readonly Action<byte[]> _send;
    private readonly Outbox _outbox = new();
    private readonly TaskCompletionSource<CloseOutcome> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _openFrame = [];
    private ulong _unpriced;
    private bool _closeSent;
    private bool _save;

    internal PurseSession(Purse purse, PurseAccount account, StreamId stream, ulong advertisedPrice, Action<byte[]> send)
    {
        _purse = purse;
        _account = account;
        _send = send;
        _desk = new TicketDesk(purse, account);
        _conditions = new OfferConditions(purse, stream, advertisedPrice);
        _clock = new PaymentClock(purse.Epochs.Time);
        _receipts = new ReceiptBook(account.Relay, purse.Address, purse.Domains, purse.Epochs);
        Stream = stream;
    }

    /// <summary>The state, the refusal or the reason changed.</summary>
    public event Action<PurseSession>? StateChanged;

    /// <summary>The relay's node id.</summary>
    public Address Relay => _account.Relay;

    /// <summary>The stream that is paid.</summary>
    public StreamId Stream { get; }

    /// <summary>Where the session stands.</summary>
    public PurseSessionState State { get; private set; }

    /// <summary>Whether no more tickets are signed because one side refused.</summary>
    public bool IsRefused => Refusal != PurseRefusal.None;

    /// <summary>Why; None while nothing is refused.</summary>
    public PurseRefusal Refusal { get; private set; }

    /// <summary>The relay's code, when it was the relay that refused.</summary>
    public PaymentRefusal? RelayCode { get; private set; }

    /// <summary>One sentence for people; empty while nothing is refused.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Micro-USDC per 1e9 bytes; 0 before an offer, and when the relay serves for free.</summary>
    public ulong Price => _conditions.Price;

    /// <summary>Verified bytes that no ticket pays for yet, over all sessions with this relay.</summary>
    public ulong DebtBytes
    {
        get
        {
            lock (_purse.Gate)
            {
                return _account.Debt + _unpriced;
            }
        }
    }

    internal byte[]? PendingFrame => _desk.Pending?.Frame;

    /// <summary>
    /// Handles Offer, TicketRefused, SessionRefused or Receipt; ignores other types. Throws <see cref="WireException"/> for a malformed body.
    /// </summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Offer:
                var offer = Offer.Read(body);
                Do(() => OnOffer(offer));
                break;
            case FrameType.TicketRefused:
                var ticketRefused = TicketRefused.Read(body);
                Do(() => OnTicketRefused(ticketRefused));
                break;
            case FrameType.SessionRefused:
                var refused = SessionRefused.Read(body);
                Do(() => OnSessionRefused(refused));
                break;
            case FrameType.Receipt:
                var receipt = ReceiptMessage.Read(body);
                Do(() => OnReceipt(receipt));
                break;
        }
    }

    /// <summary>Leaf bytes of this relay have verified. A ticket is sent when one is due.</summary>
    public void OnVerified(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        bool save;
        lock (_purse.Gate)
        {
            _account.Verified(bytes);
            _clock.Verified();
            if (State == PurseSessionState.Opening)
            {
                _unpriced += (ulong)bytes;
            }
            else if (State is PurseSessionState.Paying or PurseSessionState.Closing)
            {
                _account.Owe((ulong)bytes, Price);
                PayIfDue(everything: false);
            }

            save = _save;
            _save = false;
        }

        Deliver(save);
    }

    /// <summary>A window of this relay closed and all its leaves came from it: it owes a receipt by the end of the next one.</summary>
    /// <param name="last">The head flagged last.</param>
    public void OnWindowClosed(SignedHead last) => Do(() =>
    {
        if (State == PurseSessionState.Paying)
        {
            Apply(_receipts.OnWindowClosed(last));
        }
    });

    /// <summary>Resends what was not answered, and settles a debt that has stopped growing.</summary>
    public void Tick() => Do(() =>
    {
        switch (_clock.Due(isAwaiting: State == PurseSessionState.Opening || _desk.Pending is not null))
        {
            case PaymentDue.GiveUp:
                Refuse(PurseRefusal.NoAnswer, "The relay does not answer payments: use another relay.");
                break;
            case PaymentDue.Resend when State is not (PurseSessionState.Refused or PurseSessionState.Closed):
                _clock.Resent();
                Post(_desk.Pending?.Frame ?? _openFrame);
                break;
            case PaymentDue.PayAhead when State == PurseSessionState.Paying:
                Pay(_desk.PayWithheld());
                break;
            case PaymentDue.Settle when State == PurseSessionState.Paying:
                PayIfDue(everything: true);
                break;
        }
    });

    /// <summary>
    /// Pays the rest, sends SessionClose and waits for the acknowledgement, at most for <paramref name="timeout"/>. The connection can be closed afterwards.
    /// </summary>
    public async Task<CloseOutcome> CloseAsync(TimeSpan timeout)
    {
        Do(() =>
        {
            if (State == PurseSessionState.Paying)
            {
                SetState(PurseSessionState.Closing);
                Settle();
            }
            else if (State is PurseSessionState.Opening or PurseSessionState.Free)
            {
                Finish(CloseOutcome.Settled);
            }
            else if (State == PurseSessionState.Refused)
            {
                Finish(CloseOutcome.Refused);
            }
        });
        try
        {
            return await _closed.Task.WaitAsync(timeout, _purse.Epochs.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Do(() => Finish(CloseOutcome.Unacknowledged));
            return await _closed.Task.ConfigureAwait(false);
        }
    }

    /// <summary>The connection is gone. Debt and an unacknowledged ticket go over to the next session with this relay.</summary>
    public void Dispose() => Do(() => Finish(_desk.Pending is null ? CloseOutcome.Settled : CloseOutcome.Unacknowledged));

    internal void Begin() => Do(() =>
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        _purse.Random.Fill(bytes);
        var open = new SessionOpen(_purse.Address, Relay, Hash32.From(bytes), (ulong)_purse.Epochs.NowMs);
        var signature = _purse.Sign(open.Digest(_purse.Domains.RelayStaking));
        _openFrame = Frame.Encode(new SessionOpenMessage(open.Purse, open.Relay, open.Nonce, open.Time, signature));
        _clock.Asked();
        _clock.Verified();
        Post(_openFrame);
    });

    private void Do(Action action)
    {
        bool save;
        lock (_purse.Gate)
        {
            action();
            save = _save;
            _save = false;
        }

        Deliver(save);
    }

    private void Deliver(bool save)
    {
        if (save)
        {
            _purse.Save();
        }

        _outbox.Deliver();
    }

    private void OnOffer(Offer offer)
    {
        if (State is PurseSessionState.Refused or PurseSessionState.Closed or PurseSessionState.Free)
        {
            return;
        }

        // An offer that names itself acknowledges nothing: the relay says that the credit is used up.
        var isNotice = offer.Acked == offer.Commit;
        if (!isNotice && _desk.Answered(offer.Acked) is not null)
        {
            _save = true;
            _account.Acknowledged();
        }

        if (_conditions.Refuse(offer) is { } reason)
        {
            Refuse(PurseRefusal.OfferNotAcceptable, reason);
            return;
        }

        _desk.Take(offer);
        if (isNotice && !_account.IsUsed(offer.Commit))
        {
            _clock.Withheld();
        }

        if (_conditions.Keep(offer))
        {
            _account.Price = offer.Price;
            _account.Owe(_unpriced, offer.Price);
            _unpriced = 0;
            SetState(PurseSessionState.Paying);
        }

        PayIfDue(everything: false);
        Settle();
    }

    private void OnTicketRefused(TicketRefused refused)
    {
        if (_desk.Answered(refused.Commit) is not { } pending)
        {
            return;
        }

        _save = true;
        _account.Refused();
        if (pending.IsInherited)
        {
            // The relay has forgotten its offer, as after a restart, and with it this payer's debt; or the ticket's epoch is over.
            PayIfDue(everything: false);
            Settle();
            return;
        }

        RelayCode = refused.Code;
        Refuse(PurseRefusal.TicketRefused, $"The relay refused a ticket: {refused.Reason}");
    }

    private void OnSessionRefused(SessionRefused refused)
    {
        if (State is PurseSessionState.Refused or PurseSessionState.Closed or PurseSessionState.Free)
        {
            return;
        }

        RelayCode = refused.Code;
        if (refused.Code == PaymentRefusal.NotWanted)
        {
            _unpriced = 0;
            SetState(PurseSessionState.Free);
        }
        else
        {
            Refuse(PurseRefusal.SessionRefused, $"The relay refused the session: {refused.Reason}");
        }
    }

    private void OnReceipt(ReceiptMessage message)
    {
        if (State is PurseSessionState.Paying or PurseSessionState.Closing)
        {
            Apply(_receipts.OnReceipt(message));
        }
    }

    private void Apply(ReceiptVerdict verdict)
    {
        if (verdict.Evidence is { } evidence)
        {
            _outbox.Post(() => _purse.Report(evidence));
            Refuse(PurseRefusal.FalseReceipt, verdict.Problem!);
        }
        else if (verdict.Problem is { } problem)
        {
            Refuse(PurseRefusal.NoReceipt, problem);
        }
    }

    /// <summary>Sends a ticket when one is due.</summary>
    private void PayIfDue(bool everything)
    {
        if (!_conditions.AreKnown || State is not (PurseSessionState.Paying or PurseSessionState.Closing))
        {
            return;
        }

        Pay(_desk.Pay(everything));
    }

    private void Pay(PaymentStep step)
    {
        switch (step)
        {
            case PaymentStep.Ticket:
                _save = true;
                _clock.Asked();
                Post(_desk.Pending!.Frame);
                break;
            case PaymentStep.OverBudget:
                Refuse(PurseRefusal.BudgetSpent, "The budget is used up: raise it to go on watching.");
                break;
        }
    }

    /// <summary>On the way out: one ticket for the rest, SessionClose right behind it, done when it is acknowledged.</summary>
    private void Settle()
    {
        if (State != PurseSessionState.Closing)
        {
            return;
        }

        PayIfDue(everything: true);
        if (State != PurseSessionState.Closing)
        {
            return;
        }

        if (_account.Debt == 0 || (_desk.Pending is null && !_desk.HasOffer))
        {
            SendClose();
        }

        if (_desk.Pending is null)
        {
            Finish(_account.Debt == 0 ? CloseOutcome.Settled : CloseOutcome.Unacknowledged);
        }
    }

    private void SendClose()
    {
        if (!_closeSent)
        {
            _closeSent = true;
            Post(Frame.Encode(new SessionClose(_purse.Address)));
        }
    }

    private void Refuse(PurseRefusal refusal, string reason)
    {
        if (State is PurseSessionState.Refused or PurseSessionState.Closed)
        {
            return;
        }

        var closing = State == PurseSessionState.Closing;
        Refusal = refusal;
        Reason = reason;
        _desk.Leave();
        SetState(PurseSessionState.Refused);
        if (closing)
        {
            Finish(refusal == PurseRefusal.NoAnswer ? CloseOutcome.Unacknowledged : CloseOutcome.Refused);
        }
    }

    private void Finish(CloseOutcome outcome)
    {
        if (State == PurseSessionState.Closed)
        {
            return;
        }

        SendClose();
        _desk.Leave();
        _save = true;
        SetState(PurseSessionState.Closed);
        _purse.Ended(this);
        _closed.TrySetResult(outcome);
    }

    private void SetState(PurseSessionState state)
    {
        State = state;
        _outbox.Post(() => StateChanged?.Invoke(this));
    }

    private void Post(byte[] frame) => _outbox.Post(() => _send(frame));
}
