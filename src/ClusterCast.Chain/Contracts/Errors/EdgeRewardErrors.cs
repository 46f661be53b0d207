using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What EdgeReward refuses.</summary>
internal static class EdgeRewardErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<EdgeRewardError.NotEnrolled>("Nobody has noted this edge while it was in good standing.", "Note it first."),
        Say<EdgeRewardError.NotSettled>(e => $"Epoch {e.Epoch} has its scores and is not settled.", "Settle it, or wait until its entry window is over."),
        Say<EdgeRewardError.NotEntryWindow>(e => $"The epoch is entered from {Time(e.OpensAt)} until {Time(e.ClosesAt)}.", "Send it between these times."),
        Say<EdgeRewardError.OutOfBounds>(e => $"The value must lie between {e.Least} and {e.Most}.", "Give one in these bounds."),
        Say<EdgeRewardError.NoPriceFeed>("This deployment has no price feed for STREAM.", "Claim in USDC."),
        Say<EdgeRewardError.BadStreamPrice>("The price feed of STREAM fails, or its answer is no price.", "Claim in USDC."),
        Say<EdgeRewardError.StreamPriceStale>(e => $"The price of STREAM is of {Time(e.UpdatedAt)} and too old.", "Wait for the feed, or claim in USDC."),
        Say<EdgeRewardError.StreamPriceDeviates>(e => $"The governed price of STREAM is {Usd(e.Governed)} and the feed's {Usd(e.Price)}: too far apart.", "Claim in USDC until governance has followed."),
        Say<EdgeRewardError.BelowMinimum>(e => $"The claim gives {Stream(e.Amount)}, less than the minimum that was given.", "Lower the minimum, or claim in USDC."),
        Say<EdgeRewardError.StreamPotShort>(e => $"The pot holds only {Stream(e.Held)}.", "Claim less, or in USDC."),
        Say<EdgeRewardError.MoreThanDue>(e => $"Only {Usd(e.Due)} is due.", "Claim at most that."),
        Say<EdgeRewardError.NotGovernance>("Only the timelock of the governor may do that.", "Propose it to the governor."),
    ];
}
