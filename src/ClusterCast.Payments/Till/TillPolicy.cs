namespace ClusterCast.Payments;

/// <summary>Whom a till serves: the bounds that keep overspending unprofitable (spec/tickets.md) and tables small.</summary>
public sealed record TillPolicy
{
    /// <summary>Sessions of one purse that are known to be open, the new one included.</summary>
    public int MaxSessionsOfPurse { get; init; } = 8;

    /// <summary>Face values that a purse must hold.</summary>
    public uint MinFaceValues { get; init; } = 10;

    /// <summary>Bytes a second that one session takes, for the larger bound <c>8 * rate * tau / t</c>.</summary>
    public uint BytesPerSecond { get; init; } = 250_000;

    /// <summary>tau: the redeemer's hold plus the time to see a purse shrink.</summary>
    public TimeSpan Exposure { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>How far a SessionOpen's time may be from this clock.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long tickets of the epoch before are accepted, and how early those of the next; at most a quarter of an epoch counts.</summary>
    public TimeSpan EpochGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two looks at the purses of open sessions.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A payer's lost connection leaves bytes that were sent and never verified, which it does not pay. At most once in this time a new session may write off up to one ticket of what blocks it,
    /// so that such a payer is not locked out for good.
    /// </summary>
    public TimeSpan WriteOffInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Payers remembered without an open session; the one that was idle longest is forgotten.</summary>
    public int MaxAccounts { get; init; } = 16_384;

    /// <summary>SessionOpen nonces remembered; more of them within two clock skews are refused.</summary>
    public int MaxNonces { get; init; } = 65_536;
}
