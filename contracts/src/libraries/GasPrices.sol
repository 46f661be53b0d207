// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {Errors} from "./Errors.sol";

/// @title The kept price of gas beside what was earned, in one word, so that an operation reads and writes one slot for both.
/// @dev A word is `earned u80 | rate u80 | validAfter u48 | validUntil u48` from the top: shifted by 160 the times are ERC-4337's validation data.
library GasPrices {
    uint256 private constant EARNED_SHIFT = 176;
    uint256 private constant RATE_SHIFT = 96;
    uint256 private constant BPS = 10_000;
    uint256 private constant WEI_PER_ETH = 1e18;
    uint256 private constant MICRO = 1e6;
    /// @dev How long after a sequencer's return its chain's prices are let settle; the hour of Chainlink's manual.
    uint256 private constant SEQUENCER_GRACE = 1 hours;

    function earned(uint256 word) internal pure returns (uint256) {
        return word >> EARNED_SHIFT;
    }

    function rate(uint256 word) internal pure returns (uint256) {
        return uint80(word >> RATE_SHIFT);
    }

    function validAfter(uint256 word) internal pure returns (uint48) {
        return uint48(word >> 48);
    }

    function validUntil(uint256 word) internal pure returns (uint48) {
        return uint48(word);
    }

    function validationData(uint256 word) internal pure returns (uint256) {
        return word << 160;
    }

    /// @notice Adds to what was earned. Sums of real micro-USDC stay below 2^80 (1.2e18 USDC).
    function earn(uint256 word, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return word + (amount << EARNED_SHIFT);
        }
    }

    /// @notice Takes from what was earned, of which there must be as much.
    function unearn(uint256 word, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return word - (amount << EARNED_SHIFT);
        }
    }

    /// @notice What `cost` wei are in micro-USDC at `rate_`, rounded up.
    function inUsdc(uint256 cost, uint256 rate_) internal pure returns (uint256) {
        if (cost > type(uint128).max) revert Errors.CostTooHigh();
        unchecked {
            // A rate has 80 bits.
            return (cost * rate_ + WEI_PER_ETH - 1) / WEI_PER_ETH;
        }
    }

    /// @notice Puts the feed's newest price into the word. Reads no clock, which validation may not (ERC-7562): an old answer gives a `validUntil` that has passed.
    /// @param maxAge seconds for which an answer counts
    function refresh(uint256 word, IAggregatorV3 feed, IAggregatorV3 sequencer, uint256 maxAge, uint256 markupBps)
        internal
        view
        returns (uint256)
    {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        // Answers and times beyond these are no prices, and would run into the word's other fields.
        if (answer <= 0 || answer > int256(uint256(type(uint128).max)) || updatedAt > type(uint40).max) {
            revert Errors.BadPrice();
        }
        uint256 scale = BPS * 10 ** feed.decimals();
        uint256 rate_ = (uint256(answer) * MICRO * (BPS + markupBps) + scale - 1) / scale;
        if (rate_ > type(uint80).max) revert Errors.BadPrice();
        uint256 from = _sequencerSettledAt(sequencer);
        return (earned(word) << EARNED_SHIFT) | (rate_ << RATE_SHIFT) | (from << 48) | (updatedAt + maxAge);
    }

    function _sequencerSettledAt(IAggregatorV3 sequencer) private view returns (uint256) {
        if (address(sequencer) == address(0)) return 0;
        (, int256 down, uint256 startedAt,,) = sequencer.latestRoundData();
        // A feed whose first round has not begun says nothing of the sequencer.
        if (down != 0 || startedAt == 0 || startedAt > type(uint40).max) revert Errors.SequencerDown();
        return startedAt + SEQUENCER_GRACE;
    }
}
