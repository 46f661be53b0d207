using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What StreamKeys refuses.</summary>
internal static class StreamKeysErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<StreamKeysError.NotStreamOwner>("Only the owner of the stream key may do that.", "Use the account that holds the token."),
        Say<StreamKeysError.BadTerms>("The payee is zero, or the treasury's rest is not 5 to 20 %.", "Set shares that leave 500 to 2000 basis points."),
        Say<StreamKeysError.BadText>("The title must have 1 to 100 bytes and the category 1 to 32.", "Shorten or fill them."),
        Say<StreamKeysError.BadInterval>("The delegation does not end after its beginning, or not in the future.", "Give from < until, and until after now."),
        Say<StreamKeysError.DelegationStarted>("The delegation has begun and keeps its beginning.", "Leave `from` as it is."),
        Say<StreamKeysError.KeyRetired>("The delegation of this signing key has ended for good.", "Delegate a fresh key."),
        Say<StreamKeysError.TooManyKeys>("16 signing keys are delegated and none has ended.", "Revoke one first."),
        Say<StreamKeysError.NoEther>("The contract takes no ETH.", "Send the call without a value."),
        Say<StreamKeysError.ZeroAddress>("The zero address cannot be used here.", "Give the address of an account."),
        Say<StreamKeysError.NotBroadcaster>("Only the stream's broadcaster may do that: its renter while a rental runs, else its owner.", "Use that account; for StreamRegistry a delegated signing key will do."),
        Say<StreamKeysError.Rented>(e => $"The stream is rented out until {Time(e.Expires)}.", "Wait until then; nobody ends a rental before."),
        Say<StreamKeysError.BeyondRental>(e => $"The rental ends at {Time(e.Expires)} and the delegation would outlive it.", "End the delegation by then, or prolong the rental first."),
        Say<StreamKeysError.BadRentalTime>("A rental lasts at least a day and reaches no further ahead than its offer and 365 days allow.", "Rent for fewer days, or for one at least."),
        Say<StreamKeysError.BadOffer>("A rent offer names 1 to 365 days.", "Give a number of days in these bounds."),
        Say<StreamKeysError.NoOffer>("The owner offers no such sale or rent.", "Ask the owner to offer it."),
        Say<StreamKeysError.PriceAboveMaximum>(e => $"The owner asks {Usd(e.Price)}, which is above the maximum that was given.", "Give a higher maximum, or leave it."),
        Say<StreamKeysError.Underpaid>("USDC delivered less than the price and the fee.", "Check the balance and the allowance of the account that pays."),

        // ERC-721 (Solady)
        Say<StreamKeysError.TokenDoesNotExist>("There is no such stream.", "Check the stream's id."),
        Say<StreamKeysError.TokenAlreadyExists>("The stream exists already.", "Mint another one."),
        Say<StreamKeysError.NotOwnerNorApproved>("The account neither owns the stream key nor is approved for it.", "Use the owner's account."),
        Say<StreamKeysError.TransferFromIncorrectOwner>("The stream key belongs to another account.", "Name its owner."),
        Say<StreamKeysError.TransferToZeroAddress>("A stream key cannot go to the zero address.", "Give the address of an account."),
        Say<StreamKeysError.TransferToNonErc721ReceiverImplementer>("The receiving contract does not take ERC-721 tokens.", "Give another address."),
        Say<StreamKeysError.BalanceQueryForZeroAddress>("The zero address owns no stream keys.", "Give the address of an account."),
        Say<StreamKeysError.AccountBalanceOverflow>("The account owns too many stream keys.", "Give another address."),
    ];
}
