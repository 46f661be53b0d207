// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregatorV3} from "../../src/interfaces/IAggregatorV3.sol";

/// @notice A data feed whose rounds the test writes. Chainlink's own are filled by its oracle network, which no test can run.
contract RoundFeed is IAggregatorV3 {
    uint8 public immutable decimals;
    int256 private _answer;
    uint256 private _startedAt;
    uint256 private _updatedAt;
    bool private _broken;

    error FeedIsBroken();

    constructor(uint8 decimals_, int256 answer) {
        decimals = decimals_;
        set(answer, block.timestamp, block.timestamp);
    }

    function set(int256 answer, uint256 updatedAt) external {
        set(answer, updatedAt, updatedAt);
    }

    function set(int256 answer, uint256 startedAt, uint256 updatedAt) public {
        (_answer, _startedAt, _updatedAt) = (answer, startedAt, updatedAt);
    }

    function destroy() external {
        _broken = true;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (_broken) revert FeedIsBroken();
        return (1, _answer, _startedAt, _updatedAt, 1);
    }
}
