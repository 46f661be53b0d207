namespace ClusterCast.Payments;

/// <summary>Where a payer's session stands.</summary>
public enum PurseSessionState
{
    /// <summary>SessionOpen is sent, no offer yet.</summary>
    Opening,

    /// <summary>An offer was accepted; verified bytes are paid.</summary>
    Paying,

    /// <summary>The relay serves for free.</summary>
    Free,

    /// <summary>One side refused: no more tickets. <see cref="PurseSession.Reason"/> says why.</summary>
    Refused,

    /// <summary>The rest is being paid.</summary>
    Closing,

    /// <summary>Over.</summary>
    Closed,
}

/// <summary>Why no more tickets are signed.</summary>
public enum PurseRefusal
{
    /// <summary>Nothing is refused.</summary>
    None,

    /// <summary>The relay refused the session; see <see cref="PurseSession.RelayCode"/>.</summary>
    SessionRefused,

    /// <summary>The relay refused a ticket; see <see cref="PurseSession.RelayCode"/>.</summary>
    TicketRefused,

    /// <summary>The relay's conditions are outside the viewer's limits, or changed in mid-session.</summary>
    OfferNotAcceptable,

    /// <summary>The relay did not answer.</summary>
    NoAnswer,

    /// <summary>A window had no receipt by the end of the next one, or one that the relay did not sign.</summary>
    NoReceipt,

    /// <summary>The relay signed a receipt that contradicts the broadcaster's head: evidence.</summary>
    FalseReceipt,

    /// <summary>The viewer's budget is used up.</summary>
    BudgetSpent,
}

/// <summary>How a session ended.</summary>
public enum CloseOutcome
{
    /// <summary>All verified bytes are paid and the relay has said so, or nothing was owed.</summary>
    Settled,

    /// <summary>The rest could not be paid, or was not acknowledged in time; debt and ticket go over to the next session with this relay.</summary>
    Unacknowledged,

    /// <summary>The session had been refused; nothing more was paid.</summary>
    Refused,
}
