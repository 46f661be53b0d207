// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A relay's used indexes: two pages of words, one for even and one for odd epochs.
/// @dev A word is `epoch u32 << 224 | 224 bits`. Tickets live in their epoch and the next, so of the epochs of one parity only one is live: a word
/// tagged with another epoch of its parity is dead and may be overwritten, and in steady state no new storage slot is written.
library SpentIndexes {
    uint256 internal constant BITS = 224;

    /// @notice Which word of which epoch an index falls into, and its bit there.
    /// @param fields holds `index << 32 | epoch` in its low half
    /// @return place `epoch << 32 | index / 224`
    function placeOf(uint256 fields) internal pure returns (uint256 place, uint256 bit) {
        assembly ("memory-safe") {
            let index := and(shr(32, fields), 0xffffffff)
            place := or(shl(32, and(fields, 0xffffffff)), div(index, BITS))
            bit := shl(mod(index, BITS), 1)
        }
    }

    /// @notice The key of the word of a place: of the epoch only the parity counts.
    function keyOf(uint256 place) internal pure returns (uint256 key) {
        return place & ((1 << 33) - 1);
    }

    /// @notice A word as it counts in a live epoch: empty when another epoch wrote it.
    function inEpoch(uint256 word, uint256 epoch) internal pure returns (uint256) {
        return word >> BITS == epoch ? word : epoch << BITS;
    }

    /// @notice Whether the bit of `index` is set for `epoch`, which must be live.
    function isSpent(mapping(uint256 => uint256) storage words, uint256 epoch, uint256 index)
        internal
        view
        returns (bool)
    {
        (uint256 place, uint256 bit) = placeOf((index << 32) | epoch);
        return inEpoch(words[keyOf(place)], epoch) & bit != 0;
    }
}
