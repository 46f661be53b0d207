using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments;

/// <summary>A winner as it is on disk.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Winner">The winner.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Transaction">The transaction that carries or paid it; null when none, or another's.</param>
/// <param name="Attempts">Times that it could not be paid.</param>
/// <param name="LastOutcome">Why, the last time; null when it was never tried.</param>
public sealed record StoredWinner(long Id, Winner Winner, WinnerState State, Hash32? Transaction, int Attempts, RedemptionOutcome? LastOutcome);

/// <summary>How many winners stand where, and their face values in micro-USDC.</summary>
public readonly record struct WinnerTotals(long Won, long Queued, long Submitted, long Final, long Expired, ulong PendingValue, ulong FinalValue, ulong ExpiredValue)
{
    /// <summary>Winners that are neither paid nor expired.</summary>
    public long Pending => Won + Queued + Submitted;

    /// <summary>All that ever won.</summary>
    public long All => Pending + Final + Expired;
}
