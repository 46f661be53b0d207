using ClusterCast.Payments.Internal;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Payments;

/// <summary>Where a payee's session stands.</summary>
public enum TillSessionState
{
    /// <summary>No SessionOpen was admitted yet.</summary>
    Waiting,

    /// <summary>The payer is served within its credit.</summary>
    Open,

    /// <summary>The payer was refused, or may no longer be served.</summary>
    Refused,

    /// <summary>The payer has finished, or the connection is gone.</summary>
    Closed,
}

/// <summary>
/// One connection's payments at a relay (spec/tickets.md). Frames go out through the callback in order, outside of all locks. Thread-safe.
/// </summary>
public sealed class TillSession : IDisposable
{
    private readonly Till _till;
    private readonly Outbox _outbox = new();
    private readonly Action<byte[]> _send;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<bool> _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionOpenMessage _open;
    private SessionRefused _refusal;
    private bool _admitting;
    private TillAccount? _account;
    private StreamTerms _terms;
    private ulong _price;
    private OutstandingOffer? _current;
    private OutstandingOffer? _noticed;

    internal TillSession(Till till, StreamId stream, Action<byte[]> send, Address? peerNode)
    {
        _till = till;
        _send = send;
        Stream = stream;
        PeerNode = peerNode;
    }

    /// <summary>The stream that is paid: that of the first Subscribe on the connection.</summary>
    public StreamId Stream { get; }

    /// <summary>The peer's node id when it is a relay; null for viewers.</summary>
    public Address? PeerNode { get; }

    /// <summary>Where the session stands. A free till serves from the start, in state Waiting.</summary>
    public TillSessionState State { get; private set; }

    /// <summary>Completes with true when the payer is admitted, with false when it is refused or gone: hold the media back until then.</summary>
    public Task<bool> Admitted => _admitted.Task;

    /// <summary>The payer; zero before it is admitted.</summary>
    public Address Purse => _account?.Purse ?? default;

    /// <summary>Unpaid bytes of the payer, over all its sessions; negative when paid ahead.</summary>
    public long DebtBytes
    {
        get
        {
            if (_account is not { } account)
            {
                return 0;
            }

            lock (account.Gate)
            {
                return account.Debt;
            }
        }
    }

    /// <summary>The SessionOpen that was admitted, or is being looked at.</summary>
    internal SessionOpenMessage OpenedBy => _open;

    internal StreamTerms Terms => _terms;

    internal ulong Price => _price;

    internal Hash32? CurrentCommit => _current?.Commit;

    /// <summary>Handles SessionOpen, Ticket or SessionClose; ignores other types. Throws <see cref="WireException"/> for a malformed body.</summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.SessionOpen:
                OnOpen(SessionOpenMessage.Read(body));
                break;
            case FrameType.Ticket:
                OnTicket(TicketMessage.Read(body));
                break;
            case FrameType.SessionClose:
                OnClose(SessionClose.Read(body));
                break;
        }

        _outbox.Deliver();
    }

    /// <summary>
    /// Charges the bytes of one leaf before it is sent. False when the payer is not admitted or its credit is used up: the leaf is then skipped, and the payer is told, once for each offer.
    /// </summary>
    public bool TrySpend(int leafBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafBytes);
        if (_till.Tariff.IsFree)
        {
            _till.Counters.Served(leafBytes);
            return State != TillSessionState.Closed;
        }

        if (State != TillSessionState.Open || _account is not { } account)
        {
            return false;
        }

        bool isLent;
        lock (account.Gate)
        {
            isLent = account.TrySpend(leafBytes) || account.TryForgive(leafBytes, _till.Epochs.NowMs, _till.Policy);
            if (!isLent && _current is { } offer && _noticed != offer)
            {
                _noticed = offer;
                RepeatOffer(account, offer.Commit);
            }
        }

        if (!isLent)
        {
            _outbox.Deliver();
            return false;
        }

        _till.Counters.Served(leafBytes);
        return true;
    }

    /// <summary>Takes back the charge of a leaf that was dropped before it was sent.</summary>
    public void Refund(int leafBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafBytes);
        _till.Counters.Served(-leafBytes);
        if (_account is { } account)
        {
            lock (account.Gate)
            {
                account.Refund(leafBytes);
            }
        }
    }

    /// <summary>A window was closed by its last head. Signs and sends a receipt when all of it was served in this session.</summary>
    /// <param name="last">The head flagged last.</param>
    /// <param name="servedBytes">Leaf bytes served of this window.</param>
    /// <param name="complete">Whether every leaf of the window was served.</param>
    public void OnWindowServed(SignedHead last, ulong servedBytes, bool complete)
    {
        if (!complete || State != TillSessionState.Open || _account is not { } account)
        {
            return;
        }

        var root = _till.ReceiptFault?.ServedRoot(last) ?? last.Head.Root;
        var receipt = new Receipt(_till.Relay, account.Purse, last.Digest, root, servedBytes, (ulong)_till.Epochs.NowMs);
        var signature = _till.Sign(receipt.Digest(_till.Domains.RelayStaking));
        Send(new ReceiptMessage(receipt.Relay, receipt.Purse, receipt.HeadDigest, receipt.ServedRoot, receipt.ByteLength, receipt.Time, signature));
        _till.Counters.ReceiptSigned();
        _outbox.Deliver();
    }

    /// <summary>The connection is gone. The debt stays with the payer.</summary>
    public void Dispose()
    {
        End(TillSessionState.Closed);
        _outbox.Deliver();
    }

    internal void Refuse(SessionRefused refusal)
    {
        lock (_gate)
        {
            _admitting = false;
            _refusal = refusal;
        }

        if (End(TillSessionState.Refused))
        {
            _till.Counters.SessionRefused();
            Send(refusal);
            _outbox.Deliver();
        }
    }

    /// <summary>The chain could not be read: the payer's next SessionOpen is looked at again.</summary>
    internal void AdmissionFailed()
    {
        lock (_gate)
        {
            _admitting = false;
        }
    }

    internal void Admit(TillAccount account, StreamTerms terms, ulong price)
    {
        lock (_gate)
        {
            _admitting = false;
            if (State == TillSessionState.Waiting)
            {
                _terms = terms;
                _price = price;
                _account = account;
                lock (account.Gate)
                {
                    account.WriteOff(_till.Epochs.NowMs, _till.Policy.WriteOffInterval);
                    SendOffer(account, default);
                }

                State = TillSessionState.Open;
                _till.Counters.SessionOpened();
            }
        }

        if (State != TillSessionState.Open)
        {
            _till.Ended(this);
        }

        _admitted.TrySetResult(State == TillSessionState.Open);
        _outbox.Deliver();
    }

    private void OnOpen(SessionOpenMessage open)
    {
        lock (_gate)
        {
            if (_admitting || State == TillSessionState.Closed)
            {
                return;
            }

            // A repeated SessionOpen has lost its answer on the way.
            if (State == TillSessionState.Refused)
            {
                Send(_refusal);
                return;
            }

            if (State == TillSessionState.Open)
            {
                if (open.Nonce == _open.Nonce && _account is { } account)
                {
                    lock (account.Gate)
                    {
                        RepeatOffer(account, default);
                    }
                }

                return;
            }

            _open = open;
            _admitting = true;
        }

        _till.BeginAdmission(this, open);
    }

    private void OnTicket(TicketMessage message)
    {
        if (_account is not { } account)
        {
            RefuseTicket(new TicketRefused(message.Commit, PaymentRefusal.CommitUnknown, "No session is open: send SessionOpen first."));
            return;
        }

        var ticket = new Ticket(
            message.Relay, message.Stream, message.Terms, message.Commit, message.Salt, message.FaceValue, message.WinProbability, message.Epoch);
        var digest = ticket.Digest(_till.Domains.TicketBroker);
        lock (account.Gate)
        {
            if (account.Answered.TryGet(message.Commit, out var answered))
            {
                if (answered == digest)
                {
                    RepeatOffer(account, message.Commit);
                }
                else
                {
                    RefuseTicket(new TicketRefused(message.Commit, PaymentRefusal.CommitUnknown, "The commitment was answered by another ticket: one ticket a commitment."));
                }

                return;
            }

            if (account.Find(message.Commit) is not { } offer)
            {
                RefuseTicket(new TicketRefused(message.Commit, PaymentRefusal.CommitUnknown, "The commitment is not one of this relay's outstanding offers: open a new session."));
                return;
            }

            if (TicketCheck.Check(message, digest, offer, account.Purse, _till.Relay, _till.Tariff, _till.Policy, _till.Epochs) is { } refusal)
            {
                RefuseTicket(refusal);
                return;
            }

            if (!_till.Keep(new SignedTicket(ticket, message.Bytes, message.Signature), digest, offer, account.Purse, _outbox))
            {
                // Not on disk, so not accepted: the payer resends it.
                return;
            }

            account.Answer(offer, digest);
            account.Paid(message.Bytes);
            _till.Counters.Paid(message.Bytes, Tariff.ScaledValue(message.WinProbability, message.FaceValue));
            if (offer == _current)
            {
                SendOffer(account, message.Commit);
            }
            else
            {
                RepeatOffer(account, message.Commit);
            }
        }
    }

    private void OnClose(SessionClose close)
    {
        if (_account is { } account && account.Purse == close.Purse)
        {
            End(TillSessionState.Closed);
        }
    }

    private bool End(TillSessionState state)
    {
        lock (_gate)
        {
            if (State == TillSessionState.Closed)
            {
                return false;
            }

            if (State == TillSessionState.Open)
            {
                _till.Counters.SessionEnded();
            }

            State = state;
        }

        _admitted.TrySetResult(false);
        _till.Ended(this);
        return true;
    }

    private void SendOffer(TillAccount account, Hash32 acked)
    {
        _current = _till.NewOffer(Stream, _terms.Version, _price);
        foreach (var dropped in account.Offered(_current, commit => account.Sessions.Any(session => session.CurrentCommit == commit) || commit == _current.Commit))
        {
            _till.Indexes.Release(dropped.Index);
        }

        RepeatOffer(account, acked);
    }

    private void RepeatOffer(TillAccount account, Hash32 acked) => Send(new Offer(
        acked, Stream, _terms.Version, _price, _till.Tariff.FaceValue, _current!.Commit, account.DueBytes, account.CreditBytes));

    private void RefuseTicket(TicketRefused refusal)
    {
        _till.Counters.TicketRefused();
        Send(refusal);
    }

    private void Send<T>(T message)
        where T : IMessage
    {
        var frame = Frame.Encode(message);
        _outbox.Post(() => _send(frame));
    }
}
