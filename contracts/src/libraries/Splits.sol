// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Terms} from "../interfaces/IStreamKeys.sol";

/// @title How a version of a stream's terms divides a face value, in one word.
/// @dev A word is `broadcasterBps u16 | relayBps u16 | payee u160` from bit 192 down; zero when there are no such terms.
library Splits {
    uint256 private constant BPS = 10_000;

    function pack(Terms memory terms) internal pure returns (uint256 split) {
        return uint256(uint160(terms.payee)) | (uint256(terms.relayBps) << 160) | (uint256(terms.broadcasterBps) << 176);
    }

    function payeeOf(uint256 split) internal pure returns (address) {
        return address(uint160(split));
    }

    /// @notice Divides `count` tickets, see `shares`.
    function divide(uint256 split, uint256 faceValue, uint256 count)
        internal
        pure
        returns (uint256 relayAmount, uint256 broadcasterAmount, uint256 treasuryAmount)
    {
        return shares(faceValue, count, uint16(split >> 160), uint16(split >> 176));
    }

    /// @notice Divides each ticket by itself, so that it pays the same whatever it is batched with; the treasury gets the rest of each.
    /// @dev Shares sum to at most 10,000 basis points; face values and counts are below 2^32. `smt/Splits.sol` proves that nothing wraps around.
    function shares(uint256 faceValue, uint256 count, uint256 relayBps, uint256 broadcasterBps)
        internal
        pure
        returns (uint256 relayAmount, uint256 broadcasterAmount, uint256 treasuryAmount)
    {
        unchecked {
            relayAmount = count * (faceValue * relayBps / BPS);
            broadcasterAmount = count * (faceValue * broadcasterBps / BPS);
            treasuryAmount = count * faceValue - relayAmount - broadcasterAmount;
        }
    }
}
