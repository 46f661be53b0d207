// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What ClusterCast reads of a Chainlink price feed.
interface IAggregatorV3 {
    function decimals() external view returns (uint8);

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
