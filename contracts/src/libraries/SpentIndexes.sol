// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A relay's used indexes: two pages of words, one for even and one for odd epochs.
/// @dev A word is `epoch u32 << 224 | 224 bits`. Tickets live in their epoch and the next, so of the epochs of one parity only one is live: a word
/// tagged with another epoch of its parity is dead and may be overwritten, and in steady state no new storage slot is written.
library SpentIndexes {
    uint256 internal constant BITS = 224;
    /// @dev No page has this key, which marks a cursor that has been nowhere yet.
    uint256 internal constant NOWHERE = type(uint256).max;

    /// @dev The word in hand: neighbouring indexes share it, so that a batch reads and writes it once.
    struct Cursor {
        uint256 key;
        uint256 word;
        bool dirty;
    }

    /// @notice Moves `cursor` to the word of `index` in `epoch`, which must be live.
    /// @return bit the bit of `index`, or zero when it is set already
    function seek(mapping(uint256 => uint256) storage words, Cursor memory cursor, uint256 epoch, uint256 index)
        internal
        returns (uint256 bit)
    {
        unchecked {
            uint256 key = ((epoch & 1) << 32) | (index / BITS);
            uint256 word;
            if (key == cursor.key) {
                word = cursor.word;
            } else {
                flush(words, cursor);
                word = words[key];
                if (word >> BITS != epoch) word = epoch << BITS;
                (cursor.key, cursor.word) = (key, word);
            }
            bit = 1;
            bit <<= index % BITS;
            if (word & bit != 0) bit = 0;
        }
    }

    /// @notice Sets a bit of the word in hand.
    function spend(Cursor memory cursor, uint256 bit) internal pure {
        cursor.word |= bit;
        cursor.dirty = true;
    }

    /// @notice Writes the word in hand back.
    function flush(mapping(uint256 => uint256) storage words, Cursor memory cursor) internal {
        if (!cursor.dirty) return;
        words[cursor.key] = cursor.word;
        cursor.dirty = false;
    }

    /// @notice Whether the bit of `index` is set for `epoch`, which must be live.
    function isSpent(mapping(uint256 => uint256) storage words, uint256 epoch, uint256 index)
        internal
        view
        returns (bool)
    {
        uint256 word = words[((epoch & 1) << 32) | (index / BITS)];
        return word >> BITS == epoch && (word >> (index % BITS)) & 1 == 1;
    }
}
