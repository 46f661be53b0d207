// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RelayStaking} from "./RelayStaking.sol";
import {StreamKeys} from "./StreamKeys.sol";
import {IFraudProofs, KeyOffence, PartProof, SignedHead, SignedReceipt} from "./interfaces/IFraudProofs.sol";
import {IRelayStaking} from "./interfaces/IRelayStaking.sol";
import {Head, IStreamKeys} from "./interfaces/IStreamKeys.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {Evidence} from "./libraries/Evidence.sol";

/// @title FraudProofs
/// @notice Decides offences from signed bytes alone and punishes them in the same transaction.
contract FraudProofs is IFraudProofs {
    /* CONSTANTS */

    /// @notice How far ahead of the chain the time of evidence may be: clocks differ, and a block is older than what happened since.
    uint256 public constant FUTURE_SECONDS = 60;

    /* IMMUTABLES */

    IStreamKeys public immutable STREAM_KEYS;
    IRelayStaking public immutable RELAY_STAKING;
    /// @notice Greatest age of evidence: half of the time for which unbonding stake stays.
    uint32 public immutable WINDOW_SECONDS;

    /* STORAGE */

    /// @inheritdoc IFraudProofs
    mapping(address relay => mapping(bytes32 headDigest => bool)) public isRelayPunished;
    /// @inheritdoc IFraudProofs
    mapping(uint256 stream => mapping(address key => bool)) public isKeyPunished;

    constructor(address streamKeys, address relayStaking) {
        STREAM_KEYS = IStreamKeys(streamKeys);
        RELAY_STAKING = IRelayStaking(relayStaking);
        if (
            StreamKeys(streamKeys).FRAUD_PROOFS() != address(this)
                || RelayStaking(relayStaking).FRAUD_PROOFS() != address(this)
        ) revert Errors.BadConfig();
        WINDOW_SECONDS = RelayStaking(relayStaking).UNBOND_SECONDS() / 2;
    }

    /* RELAYS */

    /// @inheritdoc IFraudProofs
    function proveFalseReceipt(SignedHead calldata head, SignedReceipt calldata receipt, address reporter)
        external
        returns (uint256 penalty)
    {
        (address key, bytes32 headDigest) =
            Evidence.falseReceipt(STREAM_KEYS.domainSeparator(), RELAY_STAKING.domainSeparator(), head, receipt);
        address relay = receipt.receipt.relay;
        if (isRelayPunished[relay][headDigest]) revert Errors.AlreadyPunished();
        _checkKey(head.head, key);
        _checkAge(receipt.receipt.time, head.head.time);
        isRelayPunished[relay][headDigest] = true;
        penalty = RELAY_STAKING.slash(relay, reporter);
        emit Events.FalseReceiptProven(relay, headDigest, reporter, penalty);
    }

    /* SIGNING KEYS */

    /// @inheritdoc IFraudProofs
    function proveEquivocation(SignedHead calldata first, SignedHead calldata second) external {
        Evidence.Pair memory pair = Evidence.equivocation(STREAM_KEYS.domainSeparator(), first, second);
        _punish(pair, first.head, second.head, KeyOffence.Equivocation);
    }

    /// @inheritdoc IFraudProofs
    function proveConflictingParts(
        SignedHead calldata first,
        PartProof calldata firstPart,
        SignedHead calldata second,
        PartProof calldata secondPart,
        uint16 index
    ) external {
        Evidence.Pair memory pair = Evidence.conflictingParts(
            STREAM_KEYS.domainSeparator(), first, firstPart, second, secondPart, index
        );
        _punish(pair, first.head, second.head, KeyOffence.ConflictingParts);
    }

    /// @inheritdoc IFraudProofs
    function provePartsBeyondLast(SignedHead calldata last, SignedHead calldata beyond) external {
        Evidence.Pair memory pair = Evidence.partsBeyondLast(STREAM_KEYS.domainSeparator(), last, beyond);
        _punish(pair, last.head, beyond.head, KeyOffence.PartsBeyondLast);
    }

    /* INTERNAL */

    function _punish(Evidence.Pair memory pair, Head calldata first, Head calldata second, KeyOffence kind) private {
        // First, since the punishment itself ends the delegation, perhaps in the very second of the heads.
        if (isKeyPunished[first.stream][pair.key]) revert Errors.AlreadyPunished();
        _checkKey(first, pair.key);
        _checkKey(second, pair.key);
        _checkAge(first.time, second.time);
        isKeyPunished[first.stream][pair.key] = true;
        STREAM_KEYS.markOffence(first.stream, pair.key);
        emit Events.KeyOffenceProven(first.stream, pair.key, uint8(kind), pair.firstDigest, pair.secondDigest);
    }

    function _checkKey(Head calldata head, address key) private view {
        uint64 time = head.time / 1000;
        if (!STREAM_KEYS.isSigningKey(head.stream, key, time)) {
            revert Errors.NotSigningKey(head.stream, key, time);
        }
    }

    /// @dev Of two times in ms the newer one says how old the evidence is, and the older one whether it has come yet.
    function _checkAge(uint64 first, uint64 second) private view {
        (uint256 older, uint256 newer) = first < second ? (first, second) : (second, first);
        (older, newer) = (older / 1000, newer / 1000);
        if (newer + WINDOW_SECONDS < block.timestamp) revert Errors.EvidenceTooOld(newer);
        if (older > block.timestamp + FUTURE_SECONDS) revert Errors.EvidenceFromFuture(older);
    }
}
