// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Receipt} from "./IRelayStaking.sol";
import {Head} from "./IStreamKeys.sol";

/// @notice A head with the signing key's 65 bytes `r | s | v`.
struct SignedHead {
    Head head;
    bytes signature;
}

/// @notice A receipt with the relay's 65 bytes `r | s | v`.
struct SignedReceipt {
    Receipt receipt;
    bytes signature;
}

/// @notice A part node under a head's root.
/// @param node SHA-256 of the part node (spec/window.md)
/// @param siblings RFC 6962 §2.1.1: from the node to the root, lowest first
struct PartProof {
    bytes32 node;
    bytes32[] siblings;
}

/// @notice What a signing key is revoked for.
enum KeyOffence {
    Equivocation,
    ConflictingParts,
    PartsBeyondLast
}

/// @title Fraud proofs: pure functions of signed bytes, decided and punished in one transaction. Anybody sends them, nobody judges them.
/// @dev Evidence has two times: a receipt's and its head's, or two heads'. It is too old when both are older than WINDOW_SECONDS, and it has not come yet when
/// both are more than FUTURE_SECONDS ahead of the chain: whoever writes a false time into one of them escapes nothing. Signatures never tell offences apart,
/// only what was signed does. A key counts that was delegated at the heads' times, also when it has ended since.
interface IFraudProofs {
    /// @notice Slashes a relay that signed a receipt whose `servedRoot` is not the root of the head that it names. One relay and one head are one
    /// offence, however many purses got such a receipt.
    /// @param head the head whose digest the receipt names, signed by a delegated key
    /// @param reporter gets the reporter's share as a credit in RelayStaking
    /// @return penalty in micro-USDC
    function proveFalseReceipt(SignedHead calldata head, SignedReceipt calldata receipt, address reporter)
        external
        returns (uint256 penalty);

    /// @notice Revokes a key that signed two heads of one (stream, run, track, window, count) that differ in root, `prev` or `initHash`. Of all offences of
    /// a key for a stream the first that is proven counts: there is nothing more to revoke.
    function proveEquivocation(SignedHead calldata first, SignedHead calldata second) external;

    /// @notice Revokes a key that signed, under two heads of one (stream, run, track, window), two different part nodes at `index`.
    function proveConflictingParts(
        SignedHead calldata first,
        PartProof calldata firstPart,
        SignedHead calldata second,
        PartProof calldata secondPart,
        uint16 index
    ) external;

    /// @notice Revokes a key that signed a head flagged `last` and another of the same (stream, run, track, window) that counts more parts.
    function provePartsBeyondLast(SignedHead calldata last, SignedHead calldata beyond) external;

    /// @notice Whether `relay` was slashed for its receipts of this head.
    function isRelayPunished(address relay, bytes32 headDigest) external view returns (bool);

    /// @notice Whether `key` was revoked for an offence as a key of `stream`.
    function isKeyPunished(uint256 stream, address key) external view returns (bool);
}
