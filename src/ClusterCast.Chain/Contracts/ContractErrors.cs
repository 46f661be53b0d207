using System.Buffers.Binary;
using ClusterCast.Chain.Abi;

namespace ClusterCast.Chain.Contracts;

/// <summary>What the contracts' errors mean, found by their selectors (spec/contracts.md): an error that several contracts have is named once.</summary>
internal static class ContractErrors
{
    private static readonly Dictionary<uint, Known> BySelector = new Known[]
    {
        // TicketBroker
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

        // StreamKeys
        Say<StreamKeysError.NotStreamOwner>("Only the owner of the stream key may do that.", "Use the account that holds the token."),
        Say<StreamKeysError.BadTerms>("The payee is zero, or the treasury's rest is not 5 to 20 %.", "Set shares that leave 500 to 2000 basis points."),
        Say<StreamKeysError.BadText>("The title must have 1 to 100 bytes and the category 1 to 32.", "Shorten or fill them."),
        Say<StreamKeysError.BadInterval>("The delegation does not end after its beginning, or not in the future.", "Give from < until, and until after now."),
        Say<StreamKeysError.DelegationStarted>("The delegation has begun and keeps its beginning.", "Leave `from` as it is."),
        Say<StreamKeysError.KeyRetired>("The delegation of this signing key has ended for good.", "Delegate a fresh key."),
        Say<StreamKeysError.TooManyKeys>("16 signing keys are delegated and none has ended.", "Revoke one first."),
        Say<StreamKeysError.NoEther>("The contract takes no ETH.", "Send the call without a value."),
        Say<StreamKeysError.ZeroAddress>("The zero address cannot be used here.", "Give the address of an account."),

        // RelayStaking
        Say<RelayStakingError.AlreadyRegistered>("The relay is registered already.", "Use update or addStake."),
        Say<RelayStakingError.NotRegistered>("The relay is not registered.", "Register it first."),
        Say<RelayStakingError.NotRelayOwner>("Only the owner of the relay may do that.", "Use the account that registered it."),
        Say<RelayStakingError.StakeTooLow>(e => $"The stake that is left must be nothing or at least {Usd(e.Minimum)}.", "Stake more, or take everything."),
        Say<RelayStakingError.InsufficientStake>("There is less stake than the amount asked for.", "Ask for at most what is staked."),
        Say<RelayStakingError.NothingUnbonding>("No stake of this relay is unbonding.", "Unbond first, and wait for the delay."),
        Say<RelayStakingError.NotDue>(e => $"The stake may not leave before {Time(e.WithdrawableAt)}.", "Wait until then."),
        Say<RelayStakingError.BadProof>("The node key has not signed this registration.", "Sign the registration digest with the node key."),

        // ERC-721 and the guard (Solady)
        Say<StreamKeysError.TokenDoesNotExist>("There is no such stream.", "Check the stream's id."),
        Say<StreamKeysError.TokenAlreadyExists>("The stream exists already.", "Mint another one."),
        Say<StreamKeysError.NotOwnerNorApproved>("The account neither owns the stream key nor is approved for it.", "Use the owner's account."),
        Say<StreamKeysError.TransferFromIncorrectOwner>("The stream key belongs to another account.", "Name its owner."),
        Say<StreamKeysError.TransferToZeroAddress>("A stream key cannot go to the zero address.", "Give the address of an account."),
        Say<StreamKeysError.TransferToNonErc721ReceiverImplementer>("The receiving contract does not take ERC-721 tokens.", "Give another address."),
        Say<StreamKeysError.BalanceQueryForZeroAddress>("The zero address owns no stream keys.", "Give the address of an account."),
        Say<StreamKeysError.AccountBalanceOverflow>("The account owns too many stream keys.", "Give another address."),
        Say<TicketBrokerError.ReentrancyGuardReentrantCall>("The contract was called again from within its own call.", "Call it from outside."),

        // Solidity itself
        new(new AbiError("Error(string)"), v => $"The contract refused: {Shown(v.Text(0))}.", "Check balances, allowances and signatures."),
        new(new AbiError("Panic(uint256)"), v => $"The contract failed with panic code {v.Big(0)}.", "Check the values sent."),
    }.ToDictionary(known => known.Error.Selector);

    /// <summary>The failure that revert data tells of.</summary>
    public static ChainException Explain(byte[] data)
    {
        if (data.Length >= 4 && BySelector.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(data), out var known))
        {
            try
            {
                return new ChainException(ChainFault.Reverted, known.Cause(known.Error.Decode(data)), known.Remedy) { ErrorName = known.Error.Name };
            }
            catch (ChainException)
            {
                // The data only begins like the error: say what is certain.
            }
        }

        var shown = data.Length == 0 ? "without a reason" : $"with {Protocol.Identifiers.Hex.Encode(data.AsSpan(0, Math.Min(data.Length, 36)))}";
        return new ChainException(ChainFault.Reverted, $"The contract reverted {shown}.", "Check the values sent, and that the deployments file belongs to this chain.");
    }

    private static string Shown(string text) => (text.Length > 200 ? text[..200] : text).ReplaceLineEndings(" ").TrimEnd('.');

    private static Known Say<T>(string cause, string remedy)
        where T : IContractError<T> => Say<T>(_ => cause, remedy);

    private static Known Say<T>(Func<T, string> cause, string remedy)
        where T : IContractError<T> => new(T.Abi, values => cause(T.FromAbi(values)), remedy);

    private static string Usd(ulong micro) => "$" + (micro / 1_000_000m).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    private static string Time(ulong seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253402300799)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", System.Globalization.CultureInfo.InvariantCulture);

    private sealed record Known(AbiError Error, Func<AbiValues, string> Cause, string Remedy);
}
