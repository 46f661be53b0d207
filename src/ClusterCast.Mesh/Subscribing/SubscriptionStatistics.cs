using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>What a subscription does at the moment.</summary>
public enum SubscriptionState
{
    /// <summary>No relay that carries the track is at hand.</summary>
    Searching,

    /// <summary>A relay was asked and has not delivered yet.</summary>
    Joining,

    /// <summary>Media flows.</summary>
    Flowing,

    /// <summary>The run is over; a newer one is waited for.</summary>
    Ended,
}

/// <summary>Figures of one subscription since its start.</summary>
/// <param name="State">What it does now.</param>
/// <param name="Relay">The relay in use; null when there is none.</param>
/// <param name="RelayPrice">Its price by its record, micro-USDC per 1e9 bytes; null when unknown.</param>
/// <param name="LeavesVerified">Leaves that were verified, each once.</param>
/// <param name="LeavesRejected">Leaves and heads that were not the broadcaster's.</param>
/// <param name="VerifiedBytes">Bytes of the verified leaves.</param>
/// <param name="OverheadBytes">All other bytes received for the track: frames, hashes, signatures, duplicates.</param>
/// <param name="PartsDelivered">Complete parts given out, in order.</param>
/// <param name="PartsLost">Parts under a verified head that never became complete.</param>
/// <param name="LeavesLost">Leaves that never came; where no head told how many there were, as many as in the whole window before.</param>
/// <param name="PartsDropped">Parts that the reader did not take in time.</param>
/// <param name="Switches">Changes from one relay to another.</param>
/// <param name="RelaysUsed">Relays that verified bytes came from.</param>
/// <param name="Banned">Relays banned for what they sent here.</param>
/// <param name="NewestTime">Capture time of the newest delivered part, Unix ms; 0 before the first.</param>
public sealed record SubscriptionStatistics(
    SubscriptionState State,
    Address? Relay,
    ulong? RelayPrice,
    long LeavesVerified,
    long LeavesRejected,
    long VerifiedBytes,
    long OverheadBytes,
    long PartsDelivered,
    long PartsLost,
    long LeavesLost,
    long PartsDropped,
    int Switches,
    IReadOnlyList<Address> RelaysUsed,
    IReadOnlyList<Address> Banned,
    ulong NewestTime);
