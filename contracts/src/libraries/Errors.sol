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
    /// @notice Groups of a batch share their winners in calldata; encode each by itself.
    error MalformedBatch();

    /* STREAM KEYS */

    error NotStreamOwner();
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

    /* EDGE REWARD */

    /* SLA ORACLE */

    /* USDC PAYMASTER */

    /* STREAM GOVERNOR */
}
