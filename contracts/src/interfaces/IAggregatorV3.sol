// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What ClusterCast reads of a Chainlink data feed (AggregatorV3Interface).
interface IAggregatorV3 {
    /// @notice Decimals of the answer.
    function decimals() external view returns (uint8);

    /// @notice The newest round.
    /// @return roundId the round
    /// @return answer the price; of a sequencer uptime feed 0 while the sequencer is up and 1 while it is down
    /// @return startedAt when the round began (Unix seconds); of a sequencer uptime feed when its status last changed
    /// @return updatedAt when the answer was computed (Unix seconds)
    /// @return answeredInRound kept by Chainlink for old callers
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
