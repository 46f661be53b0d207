using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What RelayStaking refuses.</summary>
internal static class RelayStakingErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<RelayStakingError.AlreadyRegistered>("The relay is registered already.", "Use update or addStake."),
        Say<RelayStakingError.NotRegistered>("The relay is not registered.", "Register it first."),
        Say<RelayStakingError.NotRelayOwner>("Only the owner of the relay may do that.", "Use the account that registered it."),
        Say<RelayStakingError.StakeTooLow>(e => $"The stake that is left must be nothing or at least {Usd(e.Minimum)}.", "Stake more, or take everything."),
        Say<RelayStakingError.InsufficientStake>("There is less stake than the amount asked for.", "Ask for at most what is staked."),
        Say<RelayStakingError.NothingUnbonding>("No stake of this relay is unbonding.", "Unbond first, and wait for the delay."),
        Say<RelayStakingError.NotDue>(e => $"The stake may not leave before {Time(e.WithdrawableAt)}.", "Wait until then."),
        Say<RelayStakingError.BadProof>("The node key has not signed this registration.", "Sign the registration digest with the node key."),
    ];
}
