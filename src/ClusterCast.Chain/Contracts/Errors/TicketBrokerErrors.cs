using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What TicketBroker refuses, and what other contracts refuse with the same errors.</summary>
internal static class TicketBrokerErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<TicketBrokerError.ZeroAmount>("An amount of 0 moves nothing.", "Give an amount above 0."),
        Say<TicketBrokerError.CapExceeded>(e => $"The owner's purses hold {Usd(e.Held)} and {Usd(e.Amount)} more would exceed $50.", "Deposit less, or withdraw first."),
        Say<TicketBrokerError.TooManyPurses>("The owner has four purses that hold money already.", "Empty one of them, or fund one of these viewing keys."),
        Say<TicketBrokerError.NotPurseOwner>("The viewing key belongs to another owner, or to none.", "Use the account that opened the purse."),
        Say<TicketBrokerError.BadBinding>("The first deposit of a viewing key needs that key's signature over its owner.", "Sign Bind(owner, viewingKey) with the viewing key."),
        Say<TicketBrokerError.FeeAboveMaximum>("The fee is above the maximum that the owner signed.", "Lower the fee, or sign a higher maximum."),
        Say<TicketBrokerError.InsufficientBalance>("There is less money than the amount asked for.", "Ask for at most what is there."),
        Say<TicketBrokerError.NothingLeaving>("No money of this purse is leaving.", "Request an exit first, and wait for its delay."),
        Say<TicketBrokerError.ExitNotDue>(e => $"The exit is not due before {Time(e.ExitAt)}.", "Wait until then."),
        Say<TicketBrokerError.BadSignature>("The signature is not that of the account it speaks for.", "Sign with the right key, for this chain and contract."),
        Say<TicketBrokerError.Expired>("The authorization has expired.", "Sign a new one."),
        Say<TicketBrokerError.UnknownStream>("There is no such stream.", "Check the stream's id."),
        Say<TicketBrokerError.TransferFailed>("USDC refused the transfer.", "Check the balance and the allowance of the account that pays."),
        Say<TicketBrokerError.BadRecipient>("Money cannot be paid to the zero address or to the contract itself.", "Give the address of an account."),
        Say<TicketBrokerError.MalformedBatch>("Groups of the batch share their winners.", "Encode each group with winners of its own."),
        Say<TicketBrokerError.BadConfig>("A constructor argument is out of bounds.", "See spec/contracts.md for the bounds."),
        Say<TicketBrokerError.ReentrancyGuardReentrantCall>("The contract was called again from within its own call.", "Call it from outside."),
    ];
}
