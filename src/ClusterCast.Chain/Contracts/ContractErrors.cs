using System.Buffers.Binary;
using ClusterCast.Chain.Abi;

namespace ClusterCast.Chain.Contracts;

/// <summary>What the contracts' errors mean, found by their selectors (spec/contracts.md).</summary>
internal static class ContractErrors
{
    private static readonly Dictionary<uint, Known> BySelector = new Known[]
    {
        // TicketBroker
        new("ZeroAmount()", _ => "An amount of 0 moves nothing.", "Give an amount above 0."),
        new("CapExceeded(uint256,uint256)", v => $"The owner's purses hold {Usd(v, 0)} and {Usd(v, 1)} more would exceed $50.", "Deposit less, or withdraw first."),
        new("TooManyPurses()", _ => "The owner has four purses that hold money already.", "Empty one of them, or fund one of these viewing keys."),
        new("NotPurseOwner()", _ => "The viewing key belongs to another owner, or to none.", "Use the account that opened the purse."),
        new("BadBinding()", _ => "The first deposit of a viewing key needs that key's signature over its owner.", "Sign Bind(owner, viewingKey) with the viewing key."),
        new("FeeAboveMaximum()", _ => "The fee is above the maximum that the owner signed.", "Lower the fee, or sign a higher maximum."),
        new("InsufficientBalance()", _ => "There is less money than the amount asked for.", "Ask for at most what is there."),
        new("NothingLeaving()", _ => "No money of this purse is leaving.", "Request an exit first, and wait for its delay."),
        new("ExitNotDue(uint256)", v => $"The exit is not due before {Time(v, 0)}.", "Wait until then."),
        new("ZeroAddress()", _ => "The zero address cannot be used here.", "Give the address of an account."),
        new("BadSignature()", _ => "The signature is not that of the account it speaks for.", "Sign with the right key, for this chain and contract."),
        new("Expired()", _ => "The authorization has expired.", "Sign a new one."),
        new("UnknownStream()", _ => "There is no such stream.", "Check the stream's id."),
        new("TransferFailed()", _ => "USDC refused the transfer.", "Check the balance and the allowance of the account that pays."),
        new("BadRecipient()", _ => "Money cannot be paid to the zero address or to the contract itself.", "Give the address of an account."),
        new("MalformedBatch()", _ => "Groups of the batch share their winners.", "Encode each group with winners of its own."),
        new("BadConfig()", _ => "A constructor argument is out of bounds.", "See spec/contracts.md for the bounds."),

        // StreamKeys
        new("NotStreamOwner()", _ => "Only the owner of the stream key may do that.", "Use the account that holds the token."),
        new("BadTerms()", _ => "The payee is zero, or the treasury's rest is not 5 to 20 %.", "Set shares that leave 500 to 2000 basis points."),
        new("BadText()", _ => "The title must have 1 to 100 bytes and the category 1 to 32.", "Shorten or fill them."),
        new("BadInterval()", _ => "The delegation does not end after its beginning, or not in the future.", "Give from < until, and until after now."),
        new("DelegationStarted()", _ => "The delegation has begun and keeps its beginning.", "Leave `from` as it is."),
        new("KeyRetired()", _ => "The delegation of this signing key has ended for good.", "Delegate a fresh key."),
        new("TooManyKeys()", _ => "16 signing keys are delegated and none has ended.", "Revoke one first."),

        // RelayStaking
        new("AlreadyRegistered()", _ => "The relay is registered already.", "Use update or addStake."),
        new("NotRegistered()", _ => "The relay is not registered.", "Register it first."),
        new("NotRelayOwner()", _ => "Only the owner of the relay may do that.", "Use the account that registered it."),
        new("StakeTooLow(uint256)", v => $"The stake that is left must be nothing or at least {Usd(v, 0)}.", "Stake more, or take everything."),
        new("InsufficientStake()", _ => "There is less stake than the amount asked for.", "Ask for at most what is staked."),
        new("NothingUnbonding()", _ => "No stake of this relay is unbonding.", "Unbond first, and wait for the delay."),
        new("NotDue(uint256)", v => $"The stake may not leave before {Time(v, 0)}.", "Wait until then."),
        new("BadProof()", _ => "The node key has not signed this registration.", "Sign the registration digest with the node key."),

        // FraudProofs
        new("NotFraudProofs()", _ => "Only FraudProofs punishes.", "Send the evidence to FraudProofs."),
        new("SignatureLength()", _ => "A signature of the evidence has not 65 bytes: it proves nothing.", "Check the file."),
        new("SignatureHighS()", _ => "A signature of the evidence has a high s: it proves nothing.", "Use the signature as its signer made it."),
        new("SignatureBadV()", _ => "A signature of the evidence has another v than 27 or 28: it proves nothing.", "Use the signature as its signer made it."),
        new("SignatureUnrecoverable()", _ => "No key makes a signature of the evidence: it proves nothing.", "Check the file."),
        new("NotSigningKey(uint256,address,uint64)", v => $"{v.Address(1)} was no signing key of stream {v.Big(0)} at {Time(v, 2)}: its head proves nothing.", "Check that the evidence is of this chain and stream."),
        new("ReceiptNotByRelay(address)", v => $"The receipt is signed by {v.Address(0)} and not by the relay that it names: it proves nothing.", "Check that the evidence is of this chain."),
        new("ReceiptOfAnotherHead()", _ => "The receipt names another head: it proves nothing.", "Give the head that the receipt names."),
        new("ReceiptIsTrue()", _ => "The receipt is true: no offence.", "Report only what contradicts the head."),
        new("DifferentPlaces()", _ => "The heads are of different places: no offence.", "Give two heads of one stream, run, track and window."),
        new("DifferentSigners()", _ => "The heads are signed by different keys: no offence.", "Give two heads of one key."),
        new("HeadsAgree()", _ => "The heads agree in root, prev and initHash: no offence.", "Report only heads that contradict each other."),
        new("IndexOutOfRange(uint256,uint256)", v => $"A head over {v.Big(1)} parts has no part {v.Big(0)}, or a window has not so many.", "Give an index below both counts."),
        new("ProofLength()", _ => "A proof has the wrong number of siblings for its place: it proves nothing.", "Give all siblings from the part to the root."),
        new("NotUnderRoot()", _ => "A proof does not lead from the part to its head's root: it proves nothing.", "Give the siblings of that part."),
        new("SamePart()", _ => "Both heads hold the same part: no offence.", "Report only parts that differ."),
        new("HeadNotLast()", _ => "The first head is not flagged last: no offence.", "Name the last head first."),
        new("NothingBeyondLast()", _ => "The second head counts no part beyond the last head: no offence.", "Report only a longer head."),
        new("EvidenceTooOld(uint256)", v => $"The evidence is of {Time(v, 0)} and too old.", "Send evidence within WINDOW_SECONDS of FraudProofs."),
        new("EvidenceFromFuture(uint256)", v => $"The evidence is of {Time(v, 0)}, which the chain has not reached.", "Send it then."),
        new("AlreadyPunished()", _ => "This offence was punished already: a relay once for each head, a signing key once.", "Nothing is left to do."),

        new("NoEther()", _ => "The contract takes no ETH.", "Send the call without a value."),

        // ERC-721 and the guard (Solady)
        new("TokenDoesNotExist()", _ => "There is no such stream.", "Check the stream's id."),
        new("TokenAlreadyExists()", _ => "The stream exists already.", "Mint another one."),
        new("NotOwnerNorApproved()", _ => "The account neither owns the stream key nor is approved for it.", "Use the owner's account."),
        new("TransferFromIncorrectOwner()", _ => "The stream key belongs to another account.", "Name its owner."),
        new("TransferToZeroAddress()", _ => "A stream key cannot go to the zero address.", "Give the address of an account."),
        new("TransferToNonERC721ReceiverImplementer()", _ => "The receiving contract does not take ERC-721 tokens.", "Give another address."),
        new("BalanceQueryForZeroAddress()", _ => "The zero address owns no stream keys.", "Give the address of an account."),
        new("AccountBalanceOverflow()", _ => "The account owns too many stream keys.", "Give another address."),
        new("ReentrancyGuardReentrantCall()", _ => "The contract was called again from within its own call.", "Call it from outside."),

        // Solidity itself
        new("Error(string)", v => $"The contract refused: {Shown(v.Text(0))}.", "Check balances, allowances and signatures."),
        new("Panic(uint256)", v => $"The contract failed with panic code {v.Big(0)}.", "Check the values sent."),
    }.ToDictionary(error => error.Selector);

    /// <summary>The failure that revert data tells of.</summary>
    public static ChainException Explain(byte[] data)
    {
        if (data.Length >= 4 && BySelector.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(data), out var known))
        {
            try
            {
                var values = new AbiValues(AbiDecoder.Decode(known.Arguments, data.AsSpan(4)));
                return new ChainException(ChainFault.Reverted, known.Cause(values), known.Remedy) { ErrorName = known.Name };
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

    private static string Usd(AbiValues values, int index) => "$" + ((decimal)values.ULong(index) / 1_000_000m).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    private static string Time(AbiValues values, int index) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(values.ULong(index), 253402300799)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", System.Globalization.CultureInfo.InvariantCulture);

    private sealed record Known(string Signature, Func<AbiValues, string> Cause, string Remedy)
    {
        public string Name { get; } = AbiSignature.Name(Signature);

        public uint Selector { get; } = AbiSignature.Selector(Signature);

        public AbiTuple Arguments { get; } = AbiSignature.Arguments(Signature);
    }
}
