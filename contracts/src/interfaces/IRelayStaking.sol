// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Constructor arguments of RelayStaking.
/// @param fraudProofs the only contract that may slash
/// @param minStake least stake of a relay in micro-USDC
/// @param unbondSeconds how long unbonding stake stays and can be slashed; evidence is accepted for half of it
/// @param slashBps what one offence costs, in basis points of the stake, unbonding part included
/// @param reporterBps share of the penalty for whoever reports, at most 5,000
/// @param burnBps share of the penalty that is burnt; the treasury gets the rest
struct StakingConfig {
    address usdc;
    address fraudProofs;
    address treasury;
    uint96 minStake;
    uint32 unbondSeconds;
    uint16 slashBps;
    uint16 reporterBps;
    uint16 burnBps;
}

/// @notice A registered relay.
/// @param owner account that pays the stake and gets it back
/// @param price micro-USDC per 1e9 bytes
/// @param withdrawableAt when the unbonding part may leave (Unix seconds); 0 when nothing is unbonding
/// @param stake micro-USDC, unbonding part included
/// @param unbonding micro-USDC that is leaving
/// @param endpoints keccak256 of the relay's list of endpoints
struct Relay {
    address owner;
    uint64 price;
    uint32 withdrawableAt;
    uint96 stake;
    uint96 unbonding;
    bytes32 endpoints;
}

/// @notice A relay's statement of the root that it served to a purse, naming the exact head.
struct Receipt {
    address relay;
    address purse;
    bytes32 headDigest;
    bytes32 servedRoot;
    uint64 byteLength;
    uint64 time;
}

/// @title Stakes of relays: a price on many identities, and what a false receipt puts at risk.
interface IRelayStaking {
    /// @notice Registers `node` for the caller, who pays `stake` (at least MIN_STAKE) by allowance.
    /// @param proof the node key's `NodeProof(node, SHA-256("clustercast register" | caller))`
    function register(address node, bytes32 endpoints, uint64 price, uint256 stake, bytes calldata proof) external;

    /// @notice Announces other endpoints or another price. Owner or node.
    function update(address node, bytes32 endpoints, uint64 price) external;

    /// @notice Adds to the stake by allowance. Only the owner.
    function addStake(address node, uint256 amount) external;

    /// @notice Sets the leaving part to `amount` and starts the delay again; 0 cancels. What stays is nothing or MIN_STAKE, so that the rest of a
    /// slashed stake leaves whole. Only the owner.
    function unbond(address node, uint256 amount) external;

    /// @notice Pays the leaving part to `to` when its delay is over. Only the owner.
    function withdraw(address node, address to) external;

    /* PENALTIES */

    /// @notice Takes SLASH_BPS of the whole stake, rounded up, and shares it between `reporter` (a credit), the burn address and the treasury. The
    /// part that stays pays first, then the unbonding part, whose delay goes on. A relay without any stake left is forgotten. Moves no USDC, so
    /// nobody's frozen account stands in the way. Only FraudProofs.
    /// @return penalty in micro-USDC, at least 1
    function slash(address node, address reporter) external returns (uint256 penalty);

    /// @notice What `account` earned by reports and has not withdrawn.
    function creditOf(address account) external view returns (uint256);

    /// @notice Pays `amount` of the caller's credit to `to`.
    function withdrawCredit(address to, uint256 amount) external;

    /// @notice Sends the burnt shares to BURN_ADDRESS. Anybody.
    function burnPenalties() external returns (uint256 amount);

    /// @notice Sends the treasury's shares to the treasury. Anybody.
    function sweepPenalties() external returns (uint256 amount);

    /// @notice Burnt shares that are still here.
    function burnDue() external view returns (uint128);

    /// @notice Shares of the treasury that are still here.
    function treasuryDue() external view returns (uint128);

    /* VIEWS */

    /// @notice Everything known of a relay; all zero when it is not registered.
    function relayOf(address node) external view returns (Relay memory);

    /// @notice Stake that is not leaving, in micro-USDC; 0 below MIN_STAKE: such a relay was slashed and is not in good standing until its owner
    /// adds what is missing. What is left of it is in `relayOf`.
    function stakeOf(address node) external view returns (uint256);

    /// @notice The digest that the node key signs so that `owner` may register it.
    function registrationDigest(address node, address owner) external view returns (bytes32);

    /// @notice The EIP-712 digest of a receipt.
    function hashReceipt(Receipt calldata receipt) external view returns (bytes32);

    /// @notice Who signed a receipt; zero when the signature is invalid.
    function receiptSigner(Receipt calldata receipt, bytes calldata signature) external view returns (address);

    /// @notice The EIP-712 domain separator.
    function domainSeparator() external view returns (bytes32);
}
