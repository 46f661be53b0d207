using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What StreamToken refuses; its votes and signatures are OpenZeppelin's, as the governor's are.</summary>
internal static class StreamTokenErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<StreamTokenError.BadAllocation>(e => $"The allocations sum to {Stream(e.Sum)} and not to the supply.", "Allocate exactly the supply."),

        // ERC-20, its permits and its votes (OpenZeppelin)
        Say<StreamTokenError.Erc20InsufficientAllowance>(e => $"{e.Spender} may spend {Stream(e.Allowance)}, {Stream(e.Needed)} are needed.", "Approve more."),
        Say<StreamTokenError.Erc20InsufficientBalance>(e => $"{e.Sender} holds {Stream(e.Balance)}, {Stream(e.Needed)} are needed.", "Send at most what is there."),
        Say<StreamTokenError.Erc20ExceededSafeSupply>(e => $"The supply would exceed {Stream(e.Cap)}.", "Create less."),
        Say<StreamTokenError.Erc20InvalidApprover>(e => $"{e.Approver} cannot approve a spender.", "Use the address of an account."),
        Say<StreamTokenError.Erc20InvalidReceiver>(e => $"{e.Receiver} cannot receive STREAM.", "Give the address of an account."),
        Say<StreamTokenError.Erc20InvalidSender>(e => $"{e.Sender} cannot send STREAM.", "Use the address of an account."),
        Say<StreamTokenError.Erc20InvalidSpender>(e => $"{e.Spender} cannot be a spender.", "Give the address of an account."),
        Say<StreamTokenError.Erc2612ExpiredSignature>(e => $"The permit expired at {Time(e.Deadline)}.", "Sign a new one."),
        Say<StreamTokenError.Erc2612InvalidSigner>(e => $"The permit is signed by {e.Signer} and not by {e.Owner}.", "Sign with the owner's key, for this chain and contract."),
        Say<StreamTokenError.Erc5805FutureLookup>(e => $"Votes at {Time(e.Timepoint)} are not known before that time.", "Ask for an earlier time."),
        Say<StreamTokenError.VotesExpiredSignature>(e => $"The signed delegation expired at {Time(e.Expiry)}.", "Sign a new one."),
        Say<StreamTokenError.InvalidAccountNonce>(e => $"The next nonce of {e.Account} is {e.CurrentNonce}.", "Sign with that nonce."),
        Say<StreamTokenError.EcdsaInvalidSignature>("No key makes this signature.", "Check its bytes."),
        Say<StreamTokenError.EcdsaInvalidSignatureLength>(e => $"The signature has {e.Length} bytes and not 65.", "Check its bytes."),
        Say<StreamTokenError.EcdsaInvalidSignatureS>("The signature has a high s.", "Use the signature as its signer made it."),
        Say<StreamTokenError.CheckpointUnorderedInsertion>("A checkpoint of votes would lie before the newest one.", "Check the chain's clock."),
        Say<StreamTokenError.SafeCastOverflowedUintDowncast>(e => $"{e.Value} does not fit {e.Bits} bits.", "Give a smaller number."),
        Say<StreamTokenError.InvalidShortString>("A stored name is damaged.", "Check that the deployments file belongs to this chain."),
        Say<StreamTokenError.StringTooLong>("A name is too long.", "Give at most 31 bytes."),
    ];
}
