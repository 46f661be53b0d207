using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Internal;

/// <summary>Signs the tickets of one session: at most one is unanswered, and none is signed twice. Guarded by the purse's lock.</summary>
internal sealed class TicketDesk(Purse purse, PurseAccount account)
{
    // A ticket is due only once whole leaves make it up: what is paid ahead makes room for the last of them too.
    private const uint LeafBytes = 16_384;

    private Offer? _offer;

    /// <summary>The ticket on its way.</summary>
    public PendingTicket? Pending { get; private set; }

    /// <summary>Whether a commitment waits for a ticket.</summary>
    public bool HasOffer => _offer is not null;

    /// <summary>A commitment arrived; one that was used before is a late duplicate.</summary>
    public void Take(in Offer offer)
    {
        if (!account.IsUsed(offer.Commit))
        {
            _offer = offer;
        }
    }

    /// <summary>Takes the ticket off the desk when its commitment was answered.</summary>
    public PendingTicket? Answered(in Hash32 commit)
    {
        if (Pending is not { } pending || pending.Commit != commit)
        {
            return null;
        }

        Pending = null;
        return pending;
    }

    /// <summary>Leaves an unanswered ticket to the next session.</summary>
    public void Leave()
    {
        if (Pending is { } pending)
        {
            account.Inherit(pending);
            Pending = null;
        }
    }

    /// <summary>
    /// The relay has said for a while that the credit is used up: pays what is owed, and a bounded part ahead when that is less than a ticket. The caller sends <see cref="Pending"/>.
    /// </summary>
    public PaymentStep PayWithheld()
    {
        if (Pending is null && _offer is { } offer && !account.IsUsed(offer.Commit) && account.Debt < offer.TicketBytes)
        {
            var most = Tariff.MaxBytes(offer.Price, offer.FaceValue);
            var ahead = Math.Min(account.Ahead(purse.Limits, purse.Epochs.Time), offer.TicketBytes + LeafBytes);
            var fits = (uint)Math.Min(ahead, most - Math.Min(most, account.Debt));
            if (fits > 0 && CanSpend(offer, (uint)account.Debt + fits))
            {
                account.PayAhead(fits, purse.Epochs.Time);
            }
        }

        return Pay(everything: true);
    }

    /// <summary>Puts the next ticket on its way: an inherited one, or a new one when enough is owed. The caller sends <see cref="Pending"/>.</summary>
    public PaymentStep Pay(bool everything)
    {
        if (Pending is not null)
        {
            return PaymentStep.Nothing;
        }

        if (account.NextOrphan() is { } orphan)
        {
            Pending = orphan;
            return PaymentStep.Ticket;
        }

        if (_offer is not { } offer || account.IsUsed(offer.Commit) || account.Debt < (everything ? 1 : offer.TicketBytes))
        {
            return PaymentStep.Nothing;
        }

        var bytes = (uint)Math.Min(account.Debt, Tariff.MaxBytes(offer.Price, offer.FaceValue));
        if (!Tariff.TryWinProbability(offer.Price, bytes, offer.FaceValue, out var probability) || probability == 0)
        {
            return PaymentStep.Nothing;
        }

        var value = Tariff.ScaledValue(probability, offer.FaceValue);
        if (!purse.TrySpend(value))
        {
            return PaymentStep.OverBudget;
        }

        _offer = null;
        account.Signed(offer.Commit, bytes, value);
        Pending = new PendingTicket(offer.Commit, Frame.Encode(Sign(offer, bytes, probability)), IsInherited: false);
        return PaymentStep.Ticket;
    }

    // What the budget does not cover is not booked as ahead: it would count as a debt.
    private bool CanSpend(in Offer offer, uint bytes) =>
        Tariff.TryWinProbability(offer.Price, bytes, offer.FaceValue, out var probability) && probability > 0 && purse.CanSpend(Tariff.ScaledValue(probability, offer.FaceValue));

    private TicketMessage Sign(in Offer offer, uint bytes, ulong probability)
    {
        Span<byte> salt = stackalloc byte[16];
        purse.Random.Fill(salt);
        var ticket = new Ticket(
            account.Relay, offer.Stream, offer.Terms, offer.Commit, BinaryPrimitives.ReadUInt128BigEndian(salt), offer.FaceValue, probability, purse.Epochs.Current);
        return new TicketMessage(
            ticket.Relay, ticket.Stream, ticket.Terms, ticket.Commit, ticket.Salt, ticket.FaceValue, ticket.WinProbability, ticket.Epoch, bytes,
            purse.Sign(ticket.Digest(purse.Domains.TicketBroker)));
    }
}

/// <summary>What came of an attempt to pay.</summary>
internal enum PaymentStep
{
    Nothing,
    Ticket,
    OverBudget,
}
