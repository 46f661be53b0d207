// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Group, Winner} from "../interfaces/ITicketBroker.sol";
import {Signatures} from "./Signatures.sol";

/// @dev Where in memory the message of a ticket lies.
type Preimage is uint256;

/// @title The hashes of a ticket: commitment, EIP-712 digest and draw.
/// @dev The message lies in one piece of memory. What tickets have in common is written once a batch or once a group, and nothing is copied:
///
///     0x000 0x1901     0x020 separator   0x040 struct hash
///     0x060 type hash  0x080 relay       0x0a0 stream      0x0c0 terms  0x0e0 commit  0x100 salt  0x120 face value  0x140 win prob  0x160 epoch
///     0x180 digest     0x1a0 v           0x1c0 r           0x1e0 s
///
/// The second row is the struct, the third the input of ecrecover.
library TicketHash {
    bytes32 internal constant TYPE_HASH = keccak256(
        "Ticket(address relay,uint256 stream,uint32 terms,bytes32 commit,uint128 salt,uint32 faceValue,uint64 winProb,uint32 epoch)"
    );

    /// @notice Room for the message of any ticket of a contract.
    function allocate(bytes32 separator) internal pure returns (Preimage preimage) {
        bytes32 typeHash = TYPE_HASH;
        assembly ("memory-safe") {
            preimage := mload(0x40)
            mstore(0x40, add(preimage, 0x200))
            mstore(preimage, 0x1901)
            mstore(add(preimage, 0x20), separator)
            mstore(add(preimage, 0x60), typeHash)
        }
    }

    /// @notice Writes what the tickets of `group` have in common; false when a value does not fit its type.
    /// @dev One check for three values: the compiler's own, at each reading of a field, come to 1,300 gas a group.
    function begin(Preimage preimage, Group calldata group) internal pure returns (bool fits) {
        assembly ("memory-safe") {
            // Relay, stream and terms are neighbours in both.
            calldatacopy(add(preimage, 0x80), group, 0x60)
            let face := calldataload(add(group, 0x60))
            mstore(add(preimage, 0x120), face)
            fits := iszero(or(shr(160, calldataload(group)), shr(32, or(calldataload(add(group, 0x40)), face))))
        }
    }

    function relay(Preimage preimage) internal pure returns (address value) {
        assembly ("memory-safe") {
            value := mload(add(preimage, 0x80))
        }
    }

    function stream(Preimage preimage) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(preimage, 0xa0))
        }
    }

    function terms(Preimage preimage) internal pure returns (uint32 value) {
        assembly ("memory-safe") {
            value := mload(add(preimage, 0xc0))
        }
    }

    function faceValue(Preimage preimage) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(preimage, 0x120))
        }
    }

    /// @notice Whether a ticket of the group won, and who signed it: zero when it lost, or when its signature is malformed or has a high `s`.
    /// @dev A ticket wins when the low 64 bits of keccak256(r | digest) are below its `winProb`; the draw comes first, since a recovery costs 3,000 gas.
    function check(Preimage preimage, Winner calldata winner) internal view returns (bool won, address signer) {
        uint256 halfOrder = Signatures.HALF_ORDER;
        assembly ("memory-safe") {
            let fields := calldataload(add(winner, 0x60))
            let winProb := and(shr(64, fields), 0xffffffffffffffff)
            // The commitment is keccak256(r | index u32).
            mstore(0x00, calldataload(winner))
            mstore(0x20, shl(192, fields))
            mstore(add(preimage, 0xe0), keccak256(0x00, 0x24))
            mstore(add(preimage, 0x100), shr(128, fields))
            mstore(add(preimage, 0x140), winProb)
            mstore(add(preimage, 0x160), and(fields, 0xffffffff))
            mstore(add(preimage, 0x40), keccak256(add(preimage, 0x60), 0x120))
            let digest := keccak256(add(preimage, 0x1e), 0x42)
            mstore(0x20, digest)
            won := lt(and(keccak256(0x00, 0x40), 0xffffffffffffffff), winProb)
            let vs := calldataload(add(winner, 0x40))
            let s := shr(1, shl(1, vs))
            if gt(won, gt(s, halfOrder)) {
                mstore(add(preimage, 0x180), digest)
                mstore(add(preimage, 0x1a0), add(27, shr(255, vs)))
                mstore(add(preimage, 0x1c0), calldataload(add(winner, 0x20)))
                mstore(add(preimage, 0x1e0), s)
                // A malformed signature returns no bytes and leaves the zero in place. A call that fails has run out of gas.
                mstore(0x00, 0)
                if iszero(staticcall(gas(), 1, add(preimage, 0x180), 0x80, 0x00, 0x20)) {
                    revert(0x00, 0x00)
                }
                signer := mload(0x00)
            }
        }
    }
}
