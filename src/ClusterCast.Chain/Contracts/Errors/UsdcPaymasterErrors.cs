using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What UsdcPaymaster refuses.</summary>
internal static class UsdcPaymasterErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<UsdcPaymasterError.NotEntryPoint>("Only EntryPoint may call this.", "Send a user operation to EntryPoint."),
        Say<UsdcPaymasterError.NotOwner>("Only the owner of the paymaster may do that.", "Use the owner's account."),
        Say<UsdcPaymasterError.GasLimitOutOfRange>("The operation's gas limit for the paymaster's validation or for postOp is out of bounds.", "Take the limits that the paymaster names."),
        Say<UsdcPaymasterError.UnsupportedCall>("The paymaster pays for execute and executeBatch only, and of USDC for approve and transfer.", "Send such calls, or pay the gas in ETH."),
        Say<UsdcPaymasterError.ValueNotAllowed>("The paymaster pays for no call that carries ETH.", "Send the call without a value, or pay the gas in ETH."),
        Say<UsdcPaymasterError.TargetNotAllowed>(e => $"The paymaster pays for no call to {e.Target}.", "Call a contract on its list, or pay the gas in ETH."),
        Say<UsdcPaymasterError.CreditTooLow>(e => $"The operation may cost {Usd(e.Needed)} of gas and the credit is {Usd(e.Credit)}.", "Deposit gas credit, or sign for a larger top-up."),
        Say<UsdcPaymasterError.CostTooHigh>("The operation's gas limits and fee make a cost that nobody has.", "Lower them."),
        Say<UsdcPaymasterError.StalePrice>(e => $"The price of ETH is of {Time(e.UpdatedAt)} and too old.", "Wait for the feed's next answer."),
        Say<UsdcPaymasterError.BadPrice>("The feed's answer is no price of ETH.", "Wait for the feed's next answer."),
        Say<UsdcPaymasterError.SequencerDown>("The chain's sequencer is down, or was until just now.", "Wait until it has been back for a while."),
        Say<UsdcPaymasterError.OperationsPending>("Operations of this transaction are not settled.", "Withdraw in a transaction of its own."),
        Say<UsdcPaymasterError.BadTarget>("The zero address, USDC and the paymaster itself have fixed rules.", "Name another contract."),
        Say<UsdcPaymasterError.TooManyTargets>("The list of targets is full.", "Remove one first."),
    ];
}
