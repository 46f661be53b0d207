// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ITicketBroker} from "../interfaces/ITicketBroker.sol";

/// @title The `Redeemed` event, written where its list of winners grows, so that nothing is copied.
/// @dev Six words of head lie right in front of the list: terms, faceValue, three amounts and the list's offset.
library RedeemedLog {
    uint256 private constant HEAD = 0xc0;

    /// @notice An empty list with room for `capacity` entries.
    function allocate(uint256 capacity) internal pure returns (bytes32[] memory list) {
        assembly ("memory-safe") {
            list := add(mload(0x40), HEAD)
            mstore(list, 0)
            mstore(0x40, add(list, shl(5, add(capacity, 1))))
        }
    }

    /// @notice Appends an entry; there must be room.
    /// @param fields holds `index << 32 | epoch` in its low half
    function push(bytes32[] memory list, address viewingKey, uint256 fields) internal pure {
        assembly ("memory-safe") {
            let length := add(mload(list), 1)
            mstore(list, length)
            let place := or(shl(64, and(fields, 0xffffffff)), and(fields, 0xffffffff00000000))
            mstore(add(list, shl(5, length)), or(shl(96, viewingKey), place))
        }
    }

    /// @notice Emits `Redeemed` with `list`, which must come from `allocate`.
    function emitLog(
        bytes32[] memory list,
        address relay,
        uint256 stream,
        uint256 terms,
        uint256 faceValue,
        uint256 relayAmount,
        uint256 broadcasterAmount,
        uint256 treasuryAmount
    ) internal {
        bytes32 topic = ITicketBroker.Redeemed.selector;
        assembly ("memory-safe") {
            let head := sub(list, HEAD)
            mstore(head, terms)
            mstore(add(head, 0x20), faceValue)
            mstore(add(head, 0x40), relayAmount)
            mstore(add(head, 0x60), broadcasterAmount)
            mstore(add(head, 0x80), treasuryAmount)
            mstore(add(head, 0xa0), HEAD)
            log3(head, add(HEAD, shl(5, add(mload(list), 1))), topic, relay, stream)
        }
    }
}
