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

    /* STREAM REGISTRY */

    /* EDGE REWARD */

    /* SLA ORACLE */

    /* USDC PAYMASTER */

    /* STREAM GOVERNOR */
}
