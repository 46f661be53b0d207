// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IPaymaster} from "@account-abstraction/contracts/interfaces/IPaymaster.sol";

/// @notice Constructor arguments of UsdcPaymaster.
/// @param entryPoint the ERC-4337 EntryPoint, version 0.8
/// @param owner sets the allow-list, keeps the ETH and takes what was earned; a Safe
/// @param priceFeed Chainlink's ETH/USD feed, at most 18 decimals
/// @param sequencerFeed Chainlink's uptime feed of the L2's sequencer; zero where there is none
/// @param heartbeat the feed's longest time between two answers, in seconds; 1 second to 1 day
/// @param grace how much later than that an answer still counts, in seconds; at most 1 day
/// @param markupBps what is charged over the price, in basis points; at most 1,000
struct PaymasterConfig {
    address entryPoint;
    address usdc;
    address owner;
    address priceFeed;
    address sequencerFeed;
    uint32 heartbeat;
    uint32 grace;
    uint16 markupBps;
}

/// @title Gas of user operations, paid in USDC out of a credit that each account keeps here.
/// @notice Validation takes the worst case out of the sender's credit, postOp gives back what was not used: nothing is ever collected afterwards.
/// @dev `paymasterData`, after the 52 bytes that EntryPoint reads:
/// | bytes | |
/// | --- | --- |
/// | none | pay out of the credit |
/// | flags u8 | bit 0: read the price feed now, for when the kept price is too old; other bits are ignored |
/// | flags u8, topUp u96 | and if the credit is too small, take `topUp` micro-USDC from the sender's allowance |
/// | flags u8, topUp u96, signature | after an EIP-2612 permit of the sender for `topUp` without deadline (2^256 - 1) |
/// `paymasterPostOpGasLimit` must lie within POST_OP_GAS and MAX_POST_OP_GAS, `paymasterVerificationGasLimit` be at most MAX_VERIFICATION_GAS.
interface IUsdcPaymaster is IPaymaster {
    /* CREDITS */

    /// @notice Adds `amount` micro-USDC, taken from the caller's allowance, to the credit of `account`. Anybody may.
    function deposit(address account, uint256 amount) external;

    /// @notice Pays `amount` micro-USDC of the caller's credit to `to`.
    function withdraw(address to, uint256 amount) external;

    /// @notice What an account may spend on gas or withdraw, in micro-USDC.
    function creditOf(address account) external view returns (uint256);

    /* PRICE */

    /// @notice Keeps the feed's newest price for the operations to come. Anybody may.
    function refreshPrice() external;

    /// @notice The kept price, markup included.
    /// @return rate micro-USDC for 1e18 wei
    /// @return validAfter operations are accepted later than this (Unix seconds): when the sequencer has been up for an hour; 0 without a sequencer feed
    /// @return validUntil the last second in which operations are accepted at this price
    function price() external view returns (uint256 rate, uint48 validAfter, uint48 validUntil);

    /// @notice What `cost` wei are charged at the kept price, in micro-USDC, rounded up.
    function quote(uint256 cost) external view returns (uint256);

    /* OWNER */

    /// @notice Allows operations to call `target` and to approve USDC to it, or no longer. At most MAX_TARGETS. Only the owner.
    function setTarget(address target, bool allowed) external;

    /// @notice Whether operations may call `target`.
    function isTarget(address target) external view returns (bool);

    /// @notice How many targets are allowed.
    function targetCount() external view returns (uint256);

    /// @notice Pays `amount` micro-USDC of what was earned to `to`. Credits are out of reach, and so is everything in a transaction with operations, since
    /// what they will get back is still counted as earned. Only the owner.
    function withdrawEarned(address to, uint256 amount) external;

    /// @notice What operations have paid and the owner has not taken, in micro-USDC.
    function earned() external view returns (uint256);

    /// @notice Adds the sent ETH to the stake at EntryPoint, which bundlers ask of a paymaster (ERC-7562). Only the owner.
    /// @param unstakeDelay seconds between `unlockStake` and `withdrawStake`
    function addStake(uint32 unstakeDelay) external payable;

    /// @notice Begins to unlock the stake. Only the owner.
    function unlockStake() external;

    /// @notice Pays the unlocked stake to `to`. Only the owner.
    function withdrawStake(address payable to) external;

    /// @notice Pays `amount` wei of the deposit at EntryPoint to `to`. Anybody adds to it by EntryPoint's `depositTo`. Only the owner.
    function withdrawDeposit(address payable to, uint256 amount) external;
}
