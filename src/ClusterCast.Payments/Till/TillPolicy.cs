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
    /// Whoever leaves a relay leaves bytes on the way that were sent and never verified. At most once in this time a payer that they lock out is forgiven up to one ticket of them, at the opening of a
    /// session or after <see cref="WriteOffAfter"/>.
    /// </summary>
    public TimeSpan WriteOffInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an admitted payer without credit pays nothing before bytes are written off in mid-session: an honest one has paid ahead by then.</summary>
    public TimeSpan WriteOffAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Payers remembered without an open session; the one that was idle longest is forgotten.</summary>
    public int MaxAccounts { get; init; } = 16_384;

    /// <summary>SessionOpen nonces remembered; more of them within two clock skews are refused.</summary>
    public int MaxNonces { get; init; } = 65_536;
}
