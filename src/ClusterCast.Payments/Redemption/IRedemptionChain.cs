using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments;

/// <summary>Winners that share relay, stream, terms and face value: one <c>Group</c> of the broker.</summary>
public sealed record RedemptionGroup(Address Relay, StreamId Stream, uint Terms, uint FaceValue, IReadOnlyList<Winner> Winners);

/// <summary>What a batch would do now.</summary>
/// <param name="Outcomes">One a winner, in the order of the groups and their winners.</param>
/// <param name="Cost">Micro-USDC that the transaction would cost; 0 when gas is free.</param>
public sealed record RedemptionPreview(IReadOnlyList<RedemptionOutcome> Outcomes, ulong Cost);

/// <summary>Where a redemption transaction stands.</summary>
public enum RedemptionPhase
{
    /// <summary>Neither in a block nor waiting: dropped, replaced, or taken back by a reorg.</summary>
    Unknown = 0,

    /// <summary>Waiting for a block.</summary>
    Pending = 1,

    /// <summary>In a block.</summary>
    Included = 2,

    /// <summary>In a block and reverted.</summary>
    Reverted = 3,
}

/// <summary>Where a redemption transaction stands and what it paid.</summary>
/// <param name="Phase">Its place.</param>
/// <param name="Confirmations">Blocks since, its own included; 0 when in none.</param>
/// <param name="Paid">The winners in its events.</param>
public sealed record ReceiptStatus(RedemptionPhase Phase, ulong Confirmations, IReadOnlyCollection<WinnerKey> Paid)
{
    /// <summary>Neither in a block nor waiting.</summary>
    public static ReceiptStatus Unknown { get; } = new(RedemptionPhase.Unknown, 0, []);

    /// <summary>Waiting for a block.</summary>
    public static ReceiptStatus Pending { get; } = new(RedemptionPhase.Pending, 0, []);
}

/// <summary>
/// The broker as redemption sees it. Implemented over the chain, above this floor. Methods throw <see cref="RedemptionException"/>; they do not retry,
/// which is the redeemer's.
/// </summary>
public interface IRedemptionChain
{
    /// <summary>What <c>redeem</c> would do at the newest block, without sending it.</summary>
    Task<RedemptionPreview> PreviewAsync(IReadOnlyList<RedemptionGroup> groups, CancellationToken cancellationToken);

    /// <summary>Sends <c>redeem</c> and returns the transaction's hash without waiting for a block.</summary>
    Task<Hash32> SubmitAsync(IReadOnlyList<RedemptionGroup> groups, CancellationToken cancellationToken);

    /// <summary>Where a transaction stands.</summary>
    Task<ReceiptStatus> GetStatusAsync(Hash32 transaction, CancellationToken cancellationToken);
}
