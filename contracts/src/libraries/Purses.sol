// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Paying tickets out of a purse that is kept as one packed word.
/// @dev A word is `exitAt u32 | exiting u32 | balance u32 | owner u160` from the top: the storage layout of `Purse`.
library Purses {
    /// @notice What a purse is after `amount` was taken from it, from leaving money last; zero when it holds less.
    function take(uint256 purse, uint256 amount) internal pure returns (uint256 left) {
        unchecked {
            uint256 balance = uint32(purse >> 160);
            if (balance < amount) return 0;
            left = purse - (amount << 160);
            balance -= amount;
            if (uint32(purse >> 192) > balance) {
                // Without leaving money there is no exit under way.
                uint256 exitAt = balance == 0 ? 0 : purse >> 224;
                left = (exitAt << 224) | (balance << 192) | (left & type(uint192).max);
            }
        }
    }
}
