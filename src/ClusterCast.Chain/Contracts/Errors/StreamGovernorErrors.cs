using ClusterCast.Protocol.Identifiers;
using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What StreamGovernor refuses.</summary>
internal static class StreamGovernorErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<StreamGovernorError.NotGoverned>(e => $"Proposals may not call {Hex.Encode(e.Selector)} of {e.Target}.", "Call a setter of EdgeReward or SLAOracle."),
        Say<StreamGovernorError.ProposalWithValue>("Proposals move no ETH.", "Propose it without a value."),
        Say<StreamGovernorError.SettingsAreFixed>("The governor's own settings never change.", "Propose something else."),

        // The governor and its clock (OpenZeppelin)
        Say<StreamGovernorError.GovernorAlreadyCastVote>(e => $"{e.Voter} has voted already.", "A vote cannot be changed."),
        Say<StreamGovernorError.GovernorAlreadyQueuedProposal>("The proposal is queued already.", "Wait for the timelock, then execute it."),
        Say<StreamGovernorError.GovernorDisabledDeposit>("The governor takes no deposits.", "Send it to the timelock."),
        Say<StreamGovernorError.GovernorInsufficientProposerVotes>(e => $"{e.Proposer} has votes of {Stream(e.Votes)} and a proposal needs {Stream(e.Threshold)}.", "Have more votes delegated first."),
        Say<StreamGovernorError.GovernorInvalidProposalLength>("A proposal has as many targets as values and calls, and at least one.", "Give lists of one length."),
        Say<StreamGovernorError.GovernorInvalidQuorumFraction>(e => $"A quorum of {e.QuorumNumerator} in {e.QuorumDenominator} is more than everything.", "Give a smaller fraction."),
        Say<StreamGovernorError.GovernorInvalidSignature>(e => $"The vote is not signed by {e.Voter}.", "Sign with the voter's key, for this chain and contract."),
        Say<StreamGovernorError.GovernorInvalidVoteParams>("This governor takes no parameters with a vote.", "Vote without them."),
        Say<StreamGovernorError.GovernorInvalidVoteType>("A vote is against (0), for (1) or abstaining (2).", "Give one of these."),
        Say<StreamGovernorError.GovernorInvalidVotingPeriod>("The voting period is too short.", "Give a longer one."),
        Say<StreamGovernorError.GovernorNonexistentProposal>("There is no such proposal.", "Check its id."),
        Say<StreamGovernorError.GovernorOnlyExecutor>(e => $"{e.Account} is not the timelock, which alone may do that.", "Propose it to the governor."),
        Say<StreamGovernorError.GovernorProposalQueueingFailed>("The proposal could not be queued.", "Check the timelock."),
        Say<StreamGovernorError.GovernorProposalQueueingNotRequired>("The proposal needs no queue.", "Execute it."),
        Say<StreamGovernorError.GovernorRestrictedProposer>(e => $"The description names another proposer than {e.Proposer}.", "Let the one that it names propose it."),
        Say<StreamGovernorError.GovernorUnableToCancel>(e => $"{e.Account} cannot cancel this proposal now.", "Its proposer cancels it, before voting begins."),
        Say<StreamGovernorError.GovernorUnexpectedProposalState>("The proposal is not in the state for this step.", "Ask for its state first."),
        Say<StreamGovernorError.Erc6372InconsistentClock>("The token's clock disagrees with the chain's.", "Check that the deployments file belongs to this chain."),
    ];
}
