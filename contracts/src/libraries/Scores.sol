// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Score} from "../interfaces/ISLAOracle.sol";

/// @title Final scores of an edge, eight epochs to a word, so that an edge takes a new storage slot every eight epochs only.
/// @dev A score is `final | scored | uptimeBps u14 | scoreBps u14` in 32 bits.
library Scores {
    uint256 private constant FINAL = 1 << 31;
    uint256 private constant SCORED = 1 << 30;

    function get(mapping(uint256 => uint256) storage words, uint256 epoch) internal view returns (Score memory) {
        uint256 field = words[epoch / 8] >> ((epoch % 8) * 32);
        return Score(field & FINAL != 0, field & SCORED != 0, uint16(field & 0x3fff), uint16((field >> 14) & 0x3fff));
    }

    /// @notice Keeps a score where there is none yet.
    function put(mapping(uint256 => uint256) storage words, uint256 epoch, Score memory score) internal {
        uint256 field = FINAL | (uint256(score.uptimeBps) << 14) | score.scoreBps;
        if (score.isScored) field |= SCORED;
        words[epoch / 8] |= field << ((epoch % 8) * 32);
    }
}
