// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title How a price is divided between the treasury and the seller.
/// @dev A royalty is at most 1,000 basis points. `smt/Royalties.sol` proves that the seller's rest does not wrap around.
library Royalties {
    uint256 private constant BPS = 10_000;

    function royaltyOf(uint256 price, uint256 royaltyBps) internal pure returns (uint256) {
        return price * royaltyBps / BPS;
    }

    /// @notice What is the seller's, of a price with this royalty.
    function rest(uint256 price, uint256 royalty) internal pure returns (uint256) {
        unchecked {
            return price - royalty;
        }
    }
}
