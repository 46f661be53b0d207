// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SpentIndexes} from "./SpentIndexes.sol";
import {Preimage, TicketHash} from "./TicketHash.sol";

/// @notice What is in hand while tickets are redeemed: two words of storage, each read once and written once for all neighbouring tickets that share it.
/// @dev `Batches` addresses `spent` to `purseSlot` by their offsets: 0x80 to 0x100.
/// @param epoch the current one
/// @param place which word of used indexes is in hand, see `SpentIndexes`
/// @param purse the word of the purse of `viewingKey`, see `Purses`; zero when there is none
struct Batch {
    Preimage ticket;
    bytes32[] redeemed;
    uint256 epoch;
    uint256 place;
    uint256 spent;
    bytes32 spentSlot;
    address viewingKey;
    uint256 purse;
    bytes32 purseSlot;
}

/// @title Taking storage words in hand and putting them back.
/// @dev Written in assembly, because the slot of a mapping's word is hashed once for reading and writing: 130 gas a ticket where each has its own purse.
library Batches {
    using TicketHash for Preimage;

    /// @dev No index has this place, which marks that no word is in hand.
    uint256 internal constant NOWHERE = type(uint256).max;

    function begin(bytes32 separator, uint256 epoch) internal pure returns (Batch memory batch) {
        batch.ticket = TicketHash.allocate(separator);
        batch.epoch = epoch;
        batch.place = NOWHERE;
    }

    /// @notice Takes the word of used indexes of `place` in hand; false, changing nothing, when its epoch is not live.
    /// @param words those of the relay whose group was begun
    function seekSpent(Batch memory batch, mapping(uint256 => uint256) storage words, uint256 place)
        internal
        returns (bool)
    {
        uint256 epoch = place >> 32;
        unchecked {
            // An epoch to come wraps around to a great number.
            if (batch.epoch - epoch > 1) return false;
        }
        flushSpent(batch);
        uint256 key = SpentIndexes.keyOf(place);
        bytes32 slot;
        uint256 word;
        assembly ("memory-safe") {
            mstore(0x00, key)
            mstore(0x20, words.slot)
            slot := keccak256(0x00, 0x40)
            word := sload(slot)
        }
        (batch.place, batch.spent, batch.spentSlot) = (place, SpentIndexes.inEpoch(word, epoch), slot);
        return true;
    }

    function flushSpent(Batch memory batch) internal {
        if (batch.place == NOWHERE) return;
        batch.place = NOWHERE;
        assembly ("memory-safe") {
            sstore(mload(add(batch, 0xa0)), mload(add(batch, 0x80)))
        }
    }

    /// @notice Takes the purse of `viewingKey` in hand.
    function seekPurse(Batch memory batch, mapping(address => uint256) storage words, address viewingKey) internal {
        flushPurse(batch);
        batch.viewingKey = viewingKey;
        assembly ("memory-safe") {
            mstore(0x00, viewingKey)
            mstore(0x20, words.slot)
            let slot := keccak256(0x00, 0x40)
            mstore(add(batch, 0xe0), sload(slot))
            mstore(add(batch, 0x100), slot)
        }
    }

    function flushPurse(Batch memory batch) internal {
        assembly ("memory-safe") {
            let purse := mload(add(batch, 0xe0))
            // A purse without money keeps its owner; nothing but an absent one is zero.
            if purse { sstore(mload(add(batch, 0x100)), purse) }
        }
    }
}
