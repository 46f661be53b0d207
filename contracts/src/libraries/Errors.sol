// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Every way in which a call is refused, one error a cause.
library Errors {
    /* SHARED */

    /// @notice A constructor argument breaks its bound.
    error BadConfig();
    /// @notice Nothing would be moved.
    error ZeroAmount();
    error ZeroAddress();
    /// @notice The signature is malformed, or made by another key or over other values.
    error BadSignature();
    /// @notice USDC refused without a reason.
    error TransferFailed();

    /* TICKET BROKER */

    /// @notice The owner's purses hold `held`; `amount` more would exceed the cap.
    error CapExceeded(uint256 held, uint256 amount);
    /// @notice The owner has four purses that hold money.
    error TooManyPurses();
    /// @notice The viewing key belongs to another owner, or to none.
    error NotPurseOwner();
    /// @notice A first deposit needs the viewing key's own signature over the owner.
    error BadBinding();
    error FeeAboveMaximum();
    error InsufficientBalance();
    /// @notice No exit was requested, or tickets spent all of it.
    error NothingLeaving();
    error ExitNotDue(uint256 exitAt);
    /// @notice Money cannot be paid to the zero address or to this contract.
    error BadRecipient();
    /// @notice The deadline has passed.
    error Expired();
    error UnknownStream();
    /// @notice Groups share their winners in calldata, or a value is wider than its type; encode each group by itself.
    error MalformedBatch();

    /* STREAM KEYS */

    error NotStreamOwner();
    /// @notice While a rental runs only the renter may do this, else only the owner; in StreamRegistry also a signing key.
    error NotBroadcaster();
    /// @notice The payee is zero, or the treasury's rest is out of bounds.
    error BadTerms();
    /// @notice A title has 1 to 100 bytes, a category 1 to 32.
    error BadText();
    /// @notice `until` must lie after `from` and in the future.
    error BadInterval();
    /// @notice A delegation that has begun keeps its `from`.
    error DelegationStarted();
    /// @notice A key whose delegation has ended, or that was delegated before, is not delegated again.
    error KeyRetired();
    /// @notice All places hold keys whose delegation has not ended.
    error TooManyKeys();
    /// @notice Stream keys take no ETH.
    error NoEther();
    /// @notice A rental runs until `expires`; nobody ends it before.
    error Rented(uint256 expires);
    /// @notice A renter's delegation must end by `expires`; prolong the rental first.
    error BeyondRental(uint256 expires);
    /// @notice No day, or more days ahead than the offer or 365 days allow.
    error BadRentalTime();
    /// @notice A rent offer names 1 to 365 days.
    error BadOffer();
    /// @notice The owner offers no sale or no rent.
    error NoOffer();
    /// @notice The owner asks `price`.
    error PriceAboveMaximum(uint256 price);
    /// @notice USDC delivered less than the price and the fee.
    error Underpaid();

    /* RELAY STAKING */

    error AlreadyRegistered();
    error NotRegistered();
    error NotRelayOwner();
    /// @notice What stays staked must be nothing or `minimum`.
    error StakeTooLow(uint256 minimum);
    error InsufficientStake();
    error NothingUnbonding();
    error NotDue(uint256 withdrawableAt);
    /// @notice The node key did not sign for this owner.
    error BadProof();

    /* FRAUD PROOFS */

    /// @notice Only FraudProofs may call this.
    error NotFraudProofs();
    /// @notice A signature has 65 bytes: `r | s | v`.
    error SignatureLength();
    /// @notice `s` is in the upper half of the order (EIP-2), where each signature has a twin; use the other one.
    error SignatureHighS();
    /// @notice `v` is 27 or 28.
    error SignatureBadV();
    /// @notice No key makes this signature.
    error SignatureUnrecoverable();
    /// @notice `key`, which the head's signature leads to, was not delegated for `stream` at the head's `time` (Unix seconds). Bytes or a domain that
    /// differ from the signed ones lead to such a key too.
    error NotSigningKey(uint256 stream, address key, uint64 time);
    /// @notice The receipt's signature leads to `signer` and not to the relay that the receipt names.
    error ReceiptNotByRelay(address signer);
    /// @notice The receipt names another head than the one given.
    error ReceiptOfAnotherHead();
    /// @notice The served root is the head's root: no offence.
    error ReceiptIsTrue();
    /// @notice The heads are not of one stream, run, track and window, or an equivocation's not of one count.
    error DifferentPlaces();
    error DifferentSigners();
    /// @notice The heads agree in root, `prev` and `initHash`: no offence.
    error HeadsAgree();
    /// @notice A head counts 1 to 256 parts and `index` lies below its `count`.
    error IndexOutOfRange(uint256 index, uint256 count);
    /// @notice A tree of this count has another number of siblings at this index.
    error ProofLength();
    /// @notice The siblings lead from the part node to another root than the head's.
    error NotUnderRoot();
    /// @notice Both heads hold the same part at this index: no offence.
    error SamePart();
    /// @notice The first head is not flagged `last`.
    error HeadNotLast();
    /// @notice The second head counts no part beyond the last head: no offence.
    error NothingBeyondLast();
    /// @notice Evidence counts for WINDOW_SECONDS after its `time` (Unix seconds).
    error EvidenceTooOld(uint256 time);
    /// @notice The chain has not reached the evidence's `time` (Unix seconds); send it then.
    error EvidenceFromFuture(uint256 time);
    /// @notice This relay was slashed for this head, or this key was revoked for an offence, already.
    error AlreadyPunished();

    /* STREAM REGISTRY */

    /// @notice A run is its process's start in Unix milliseconds: not 0, and at most a minute ahead of the chain.
    error BadRun();
    /// @notice The stream runs as `run`, or not at all when that is 0; an older process has nothing to say.
    error WrongRun(uint64 run);
    /// @notice A beat says Live, Degraded or Paused, and a health of at most 100.
    error BadBeat();

    /* EDGE REWARD */

    /// @notice Nobody has noted this edge while it was in good standing; note it first.
    error NotEnrolled();
    /// @notice `epoch` has its scores and is not settled; settle it, or wait until its entry window is over.
    error NotSettled(uint256 epoch);
    /// @notice Epochs are entered from `opensAt` until `closesAt`.
    error NotEntryWindow(uint256 opensAt, uint256 closesAt);
    /// @notice A parameter must lie between `least` and `most`.
    error OutOfBounds(uint256 least, uint256 most);
    /// @notice This deployment has no price feed for STREAM; claim in USDC.
    error NoPriceFeed();
    /// @notice The price feed fails, or its answer is not a price; claim in USDC.
    error BadStreamPrice();
    /// @notice The price is of `updatedAt`, which is too long ago; wait for the feed or claim in USDC.
    error StreamPriceStale(uint256 updatedAt);
    /// @notice The governed price and the feed's `price` are too far apart; claim in USDC until governance has followed.
    error StreamPriceDeviates(uint256 governed, uint256 price);
    /// @notice The claim gives `amount` of STREAM, less than the caller's minimum.
    error BelowMinimum(uint256 amount);
    /// @notice The pot holds `held` STREAM; claim less, or in USDC.
    error StreamPotShort(uint256 held);
    /// @notice More than is due is asked for.
    error MoreThanDue(uint256 due);

    /* SLA ORACLE */

    /// @notice Only the timelock of the governor may call this.
    error NotGovernance();
    /// @notice Reports of the epoch are taken until `closesAt`.
    error WindowOpen(uint256 closesAt);
    /// @notice Neither named nor bonded.
    error NotReporter();
    error AlreadyReporter();
    /// @notice The reporter signed two reports of one edge and epoch, which ends its part for good.
    error ReporterRetired();
    /// @notice Of reporters there are at least `least` and at most `most`.
    error ReporterCount(uint256 least, uint256 most);
    /// @notice Reporters change once an epoch; try again in the next.
    error OneChangePerEpoch();
    /// @notice The two reports say the same, or are of different edges or epochs.
    error NoEquivocation();
    /// @notice The bond is there and stays.
    error AlreadyBonded();
    error NothingBonded();
    /// @notice The bond is leaving already.
    error AlreadyUnbonding();

    /* USDC PAYMASTER */

    /// @notice Only EntryPoint may call this.
    error NotEntryPoint();
    /// @notice Only the owner may call this.
    error NotOwner();
    /// @notice The operation's limits for postOp or for the paymaster's validation are out of bounds; take those that the interface names.
    error GasLimitOutOfRange();
    /// @notice Only `execute` and `executeBatch` are paid for, and of USDC only `approve` and `transfer`.
    error UnsupportedCall();
    /// @notice Calls that carry ETH are not paid for.
    error ValueNotAllowed();
    /// @notice `target` is not on the list of contracts that operations may call or approve USDC to.
    error TargetNotAllowed(address target);
    /// @notice The worst case costs `needed` micro-USDC and `credit` is there, top-up included; deposit or sign for more.
    error CreditTooLow(uint256 needed, uint256 credit);
    /// @notice The operation's gas limits and fee make a cost that nobody has; lower them.
    error CostTooHigh();
    /// @notice The feed's answer of `updatedAt` is too old; wait for the next.
    error StalePrice(uint256 updatedAt);
    /// @notice The feed's answer is no price.
    error BadPrice();
    /// @notice The sequencer is down; wait until it is back.
    error SequencerDown();
    /// @notice Operations of this transaction are not settled; take what was earned in another.
    error OperationsPending();
    /// @notice A target is no zero address, and neither USDC nor the paymaster, whose rules are fixed.
    error BadTarget();
    /// @notice The list is full; remove a target first.
    error TooManyTargets();

    /* STREAM TOKEN */

    /// @notice The allocations sum to `sum` and not to the supply.
    error BadAllocation(uint256 sum);

    /* STREAM GOVERNOR */

    /// @notice Proposals may call the setters of EdgeReward and SLAOracle and nothing else.
    error NotGoverned(address target, bytes4 selector);
    /// @notice Proposals move no ETH.
    error ProposalWithValue();
    /// @notice The governor's own settings never change.
    error SettingsAreFixed();
}
