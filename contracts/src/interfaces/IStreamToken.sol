// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice A holder of the first hour.
/// @param amount STREAM in units of 1e-18, not zero
struct Allocation {
    address account;
    uint256 amount;
}

/// @title STREAM: ERC-20 with EIP-2612 permits and ERC-5805 votes.
/// @dev The constructor takes `Allocation[]`, whose amounts must sum to SUPPLY.
interface IStreamToken {
    /// @notice All STREAM that there is and ever will be, in units of 1e-18.
    function SUPPLY() external view returns (uint256);
}
