// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Royalties} from "../src/libraries/Royalties.sol";

/// @notice For every royalty that StreamKeys admits, and prices far above all money.
contract RoyaltiesSmt {
    function divide(uint128 price, uint256 royaltyBps) external pure {
        require(royaltyBps <= 1000);
        uint256 royalty = Royalties.royaltyOf(price, royaltyBps);
        uint256 sellerAmount = Royalties.rest(price, royalty);
        assert(royalty <= price);
        assert(sellerAmount <= price);
        assert(royalty + sellerAmount == price);
    }
}
