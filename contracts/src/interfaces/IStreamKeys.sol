// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Constructor arguments of StreamKeys.
/// @param treasury gets the royalty of every sale and rent made in the contract
/// @param fraudProofs the only contract that may revoke a signing key for an offence
/// @param royaltyBps in basis points, at most 1,000
struct KeysConfig {
    address usdc;
    address treasury;
    address fraudProofs;
    uint16 royaltyBps;
}

/// @notice How the money of a stream is divided. One storage slot; what the two shares leave is the treasury's.
/// @param payee account that earns the broadcaster's share
/// @param relayBps relay's share in basis points
/// @param broadcasterBps broadcaster's share in basis points
/// @param floorPrice least price a relay may ask, in micro-USDC per 1e9 bytes
struct Terms {
    address payee;
    uint16 relayBps;
    uint16 broadcasterBps;
    uint64 floorPrice;
}

/// @notice A key that may sign heads while `from <= time < until` (Unix seconds).
struct Delegation {
    address key;
    uint64 from;
    uint64 until;
}

/// @notice The broadcaster's signed root over the parts of a window so far.
struct Head {
    uint256 stream;
    uint64 run;
    uint16 track;
    uint32 window;
    uint16 count;
    bytes32 root;
    uint64 byteLength;
    uint32 leafCount;
    bytes32 prev;
    bytes32 initHash;
    uint64 time;
    uint8 flags;
}

/// @title Stream keys: one ERC-721 token a broadcast slot, with its terms and its signing keys.
/// @dev The broadcaster of a stream is its renter while a rental runs, else its owner. He alone sets terms and delegates signing keys. Whenever the
/// broadcaster changes, all delegations end, so that nobody signs before the new one delegates: he sets his terms first.
interface IStreamKeys {
    /// @notice Opens a stream owned by the caller, with `terms` as version 1.
    /// @param title 1 to 100 bytes
    /// @param category 1 to 32 bytes
    /// @param maxViewers concurrent viewers that the stream is meant for; 0 = any number
    /// @return stream the new token id: 1, 2, 3, ...
    function mint(string calldata title, string calldata category, uint32 maxViewers, Terms calldata terms)
        external
        returns (uint256 stream);

    /// @notice Who broadcasts now: the renter while a rental runs, else the owner; zero when the stream does not exist.
    function broadcasterOf(uint256 stream) external view returns (address);

    /// @notice Appends terms; earlier versions stay, since tickets name theirs. Only the broadcaster. A renter's terms are the newest while his rental runs.
    function setTerms(uint256 stream, Terms calldata terms) external returns (uint32 version);

    /// @notice The terms of one version; all zero when there are none.
    function termsOf(uint256 stream, uint32 version) external view returns (Terms memory);

    /// @notice The terms in force: the renter's newest while a rental runs and he has set any, else the owner's newest. All zero when the stream does not
    /// exist.
    function latestTerms(uint256 stream) external view returns (uint32 version, Terms memory terms);

    /// @notice What the stream was minted with; empty when it does not exist.
    function infoOf(uint256 stream)
        external
        view
        returns (string memory title, string memory category, uint32 maxViewers);

    /// @notice How many streams there are, which is also the newest id.
    function totalSupply() external view returns (uint256);

    /// @notice Lets `key` sign heads. Only the broadcaster. A delegation that has begun keeps its `from`; an ended one stays as it is. A renter's ends with
    /// his rental at the latest and may be prolonged when that is.
    function delegate(uint256 stream, address key, uint64 from, uint64 until) external;

    /// @notice The same, sent by anybody with the broadcaster's EIP-712 `Delegation`. Only for a key that the stream has never had,
    /// so that an old signature changes nothing.
    function delegateBySig(uint256 stream, address key, uint64 from, uint64 until, bytes calldata signature) external;

    /// @notice Ends a delegation now, for good. Only the broadcaster.
    function revoke(uint256 stream, address key) external;

    /// @notice The interval of one key, ended ones included; zero when it was never delegated.
    function delegationOf(uint256 stream, address key) external view returns (uint64 from, uint64 until);

    /// @notice The listed keys, at most 16. An ended one gives its place when it is needed.
    function delegationsOf(uint256 stream) external view returns (Delegation[] memory);

    /// @notice Whether `key` may sign for `stream` at `time` (Unix seconds).
    function isSigningKey(uint256 stream, address key, uint64 time) external view returns (bool);

    /// @notice Ends the delegation of `key` now if it has not ended, and marks the stream. Only FRAUD_PROOFS.
    function markOffence(uint256 stream, address key) external;

    /// @notice How many offences were proven, and when and with which key the newest. It is the key's delegation that tells whose it was.
    function offencesOf(uint256 stream) external view returns (uint32 count, uint64 time, address key);

    /// @notice The EIP-712 digest that the broadcaster signs for `delegateBySig`.
    function delegationDigest(uint256 stream, address key, uint64 from, uint64 until) external view returns (bytes32);

    /// @notice The EIP-712 digest of a head.
    function hashHead(Head calldata head) external view returns (bytes32);

    /// @notice Who signed a head; zero when the signature is invalid.
    function headSigner(Head calldata head, bytes calldata signature) external view returns (address);

    /// @notice The EIP-712 domain separator.
    function domainSeparator() external view returns (bytes32);
}
