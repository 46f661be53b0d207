// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Constructor arguments of the StreamGovernor.
/// @param stream the token whose votes count
/// @param timelock OpenZeppelin's TimelockController: this governor its only proposer, anybody its executor, no admin but itself
/// @param edgeReward governed by the timelock
/// @param slaOracle governed by the timelock
/// @param votingDelay seconds between a proposal and the moment whose votes count
/// @param votingPeriod seconds for which votes are taken, not zero
/// @param proposalThreshold votes that a proposer needs, in units of 1e-18 STREAM, at most a hundredth of the supply
/// @param quorumPercent share of the supply that must vote for or abstain, 1 to 50
struct GovernorConfig {
    address stream;
    address payable timelock;
    address edgeReward;
    address slaOracle;
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint8 quorumPercent;
}

/// @title Votes of STREAM on the five parameters that are governed. Everything else of a governor is OpenZeppelin's.
interface IStreamGovernor {
    /// @notice Whether a proposal may call `selector` of `target`.
    function isGoverned(address target, bytes4 selector) external view returns (bool);

    function EDGE_REWARD() external view returns (address);

    function SLA_ORACLE() external view returns (address);
}
