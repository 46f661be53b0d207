// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {Errors} from "./Errors.sol";

/// @title Reading a price that must be fresh and positive.
library PriceFeed {
    /// @notice The price of one whole token in micro-USD.
    /// @param decimals the feed's
    /// @param maxAge greatest age of the answer in seconds
    function read(IAggregatorV3 feed, uint8 decimals, uint256 maxAge) internal view returns (uint256 price) {
        if (address(feed) == address(0)) revert Errors.NoPriceFeed();
        // A call to an address without code would revert past the catch.
        if (address(feed).code.length == 0) revert Errors.BadStreamPrice();
        try feed.latestRoundData() returns (uint80, int256 answer, uint256, uint256 updatedAt, uint80) {
            // An answer beyond 128 bits would be a price that no token has, and could overflow below.
            if (answer <= 0 || answer > type(int128).max) revert Errors.BadStreamPrice();
            if (updatedAt > block.timestamp) revert Errors.BadStreamPrice();
            if (block.timestamp - updatedAt > maxAge) revert Errors.StreamPriceStale(updatedAt);
            price = uint256(answer) * 1e6 / 10 ** decimals;
        } catch {
            revert Errors.BadStreamPrice();
        }
        if (price == 0) revert Errors.BadStreamPrice();
    }
}
