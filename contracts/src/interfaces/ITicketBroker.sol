// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Constructor arguments of the TicketBroker.
/// @param epochSeconds length of an epoch; a ticket lives in its epoch and the next
/// @param exitDelay at least three epochs: two of ticket life and one in which the last winners are sent
/// @param minFaceValue least face value in micro-USDC, at least 1
/// @param maxFaceValue greatest face value in micro-USDC, at most a tenth of the cap
struct Config {
    address usdc;
    address streamKeys;
    address treasury;
    uint32 epochSeconds;
    uint32 exitDelay;
    uint32 minFaceValue;
    uint32 maxFaceValue;
}

/// @notice A viewing key's money in micro-USDC; one storage slot. `exiting` is part of `balance`; `exitAt` is in Unix seconds, 0 without a request.
struct Purse {
    address owner;
    uint32 balance;
    uint32 exiting;
    uint32 exitAt;
}

/// @notice One draw, as the viewing key signs it. `winProb` counts 2^64ths: 0 never wins, 2^64 - 1 loses one draw in 2^64.
struct Ticket {
    address relay;
    uint256 stream;
    uint32 terms;
    bytes32 commit;
    uint128 salt;
    uint32 faceValue;
    uint64 winProb;
    uint32 epoch;
}

/// @notice What a winner adds to its group: 128 bytes without padding.
/// @param r the relay's preimage; `commit = keccak256(r | index)`
/// @param sigR first word of the EIP-2098 signature
/// @param sigVs second word of the EIP-2098 signature
/// @param fields `salt << 128 | winProb << 64 | index << 32 | epoch`
struct Winner {
    bytes32 r;
    bytes32 sigR;
    bytes32 sigVs;
    uint256 fields;
}

/// @notice Winners that share relay, stream, terms and face value. Viewers and epochs may differ.
struct Group {
    address relay;
    uint256 stream;
    uint32 terms;
    uint32 faceValue;
    Winner[] winners;
}

/// @notice What became of a ticket in `redeem`. All but `Redeemed` leave it as it was.
enum Outcome {
    Redeemed,
    BadSignature,
    NotWon,
    Spent,
    OutsideEpochs,
    UnknownTerms,
    FaceValueOutOfBounds,
    InsufficientBalance,
    UnknownPurse
}

/// @title Purses of viewers, redemption of winning tickets, and the credits that result.
interface ITicketBroker {
    /// @notice One a group. A log word a ticket costs 256 gas, a log of its own would cost 1,600.
    /// @param winners `viewingKey << 96 | epoch << 64 | index << 32` of each redeemed ticket
    event Redeemed(
        address indexed relay,
        uint256 indexed stream,
        uint32 terms,
        uint32 faceValue,
        uint256 relayAmount,
        uint256 broadcasterAmount,
        uint256 treasuryAmount,
        bytes32[] winners
    );

    /// @notice Fills a purse from the owner's wallet by EIP-3009; anybody may send it.
    /// @param amount micro-USDC that leaves the wallet
    /// @param fee part of `amount` that is credited to the sender of the transaction, at most `maxFee`
    /// @param signature the owner's ReceiveWithAuthorization with `authorizationNonce` as its nonce
    /// @param bindSignature the viewing key's `Bind`, needed for its first deposit
    function depositWithAuthorization(
        address owner,
        address viewingKey,
        uint256 amount,
        uint256 fee,
        uint256 maxFee,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature,
        bytes calldata bindSignature
    ) external;

    /// @notice Fills a purse of the caller by EIP-2612. A permit that was already sent by somebody else does no harm.
    function depositWithPermit(
        address viewingKey,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature,
        bytes calldata bindSignature
    ) external;

    /// @notice Fills a purse of the caller from an allowance.
    function deposit(address viewingKey, uint256 amount, bytes calldata bindSignature) external;

    /// @notice Sets the leaving part of a purse to `amount` and starts the delay again; 0 cancels. Only the purse's owner.
    function requestExit(address viewingKey, uint256 amount) external;

    /// @notice Pays the leaving part, or what tickets left of it, to `to`. Only the purse's owner, after the delay.
    function finishExit(address viewingKey, address to) external;

    /// @notice Pays each winner its full face value or skips it; never reverts because of a ticket. Anybody may send it, in any order.
    /// @return outcomes one `Outcome` byte a ticket, in the order given
    function redeem(Group[] calldata groups) external returns (bytes memory outcomes);

    /// @notice Pays `amount` of the caller's credit to `to`.
    function withdraw(address to, uint256 amount) external;

    /// @notice Pays `amount - fee` of `account`'s credit to `to` and credits `fee` to the caller, by the account's EIP-712 `Withdraw`.
    function withdrawFor(
        address account,
        address to,
        uint256 amount,
        uint256 fee,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Sends the treasury its share of what `relays` redeemed. Anybody.
    function sweepTreasury(address[] calldata relays) external returns (uint256 swept);

    /// @notice Sends a tip from a wallet to the payee of the stream's newest terms, by EIP-3009 with `tipNonce` as its nonce. Anybody may send it.
    function tipWithAuthorization(
        address from,
        uint256 stream,
        uint256 amount,
        uint256 fee,
        uint256 maxFee,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external;

    function purseOf(address viewingKey) external view returns (Purse memory);

    /// @notice The viewing keys that count against the owner's cap; zero = a free place.
    function pursesOf(address owner) external view returns (address[4] memory);

    /// @notice What the owner's purses hold together, exiting money included.
    function heldBy(address owner) external view returns (uint256);

    function creditOf(address account) external view returns (uint256);

    function nonceOf(address account) external view returns (uint256);

    /// @notice The treasury's share of what a relay redeemed: not yet swept, and ever.
    function treasuryFeesOf(address relay) external view returns (uint256 due, uint256 total);

    /// @notice Whether a relay's index is used in an epoch that is the current or the previous one.
    function isSpent(address relay, uint32 epoch, uint32 index) external view returns (bool);

    function currentEpoch() external view returns (uint32);

    function ticketDigest(Ticket calldata ticket) external view returns (bytes32);

    function bindDigest(address owner, address viewingKey) external view returns (bytes32);

    function withdrawDigest(address account, address to, uint256 amount, uint256 fee, uint256 nonce, uint256 deadline)
        external
        view
        returns (bytes32);

    function authorizationNonce(address owner, address viewingKey, uint256 maxFee, bytes32 salt)
        external
        pure
        returns (bytes32);

    function tipNonce(address from, uint256 stream, uint256 maxFee, bytes32 salt) external pure returns (bytes32);

    /// @notice The EIP-712 domain separator.
    function domainSeparator() external view returns (bytes32);
}
