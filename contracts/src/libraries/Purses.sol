// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Paying tickets out of purses that are kept as one packed word each.
/// @dev A word is `exitAt u32 | exiting u32 | balance u32 | owner u160` from the top: the storage layout of `Purse`.
library Purses {
    uint256 private constant MASK = type(uint32).max;

    /// @dev The purse in hand: a batch of one viewer reads and writes it once.
    struct Cursor {
        address viewingKey;
        uint256 word;
        bool dirty;
    }

    /// @notice Moves `cursor` to the purse of `viewingKey` and returns its word, zero when there is none.
    function seek(mapping(address => uint256) storage words, Cursor memory cursor, address viewingKey)
        internal
        returns (uint256 word)
    {
        if (viewingKey == cursor.viewingKey) return cursor.word;
        flush(words, cursor);
        word = words[viewingKey];
        (cursor.viewingKey, cursor.word) = (viewingKey, word);
    }

    /// @notice Takes `amount` from the purse in hand, from leaving money last; false when it holds less.
    function take(Cursor memory cursor, uint256 word, uint256 amount) internal pure returns (bool) {
        unchecked {
            uint256 balance = (word >> 160) & MASK;
            if (balance < amount) return false;
            balance -= amount;
            word -= amount << 160;
            if (((word >> 192) & MASK) > balance) {
                // Without leaving money there is no exit under way.
                uint256 exitAt = balance == 0 ? 0 : word >> 224;
                word = (exitAt << 224) | (balance << 192) | (word & type(uint192).max);
            }
            (cursor.word, cursor.dirty) = (word, true);
            return true;
        }
    }

    /// @notice Writes the purse in hand back.
    function flush(mapping(address => uint256) storage words, Cursor memory cursor) internal {
        if (!cursor.dirty) return;
        words[cursor.viewingKey] = cursor.word;
        cursor.dirty = false;
    }
}
