// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {IRelayStaking, Receipt, Relay, StakingConfig} from "./interfaces/IRelayStaking.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {Penalties} from "./libraries/Penalties.sol";
import {ReceiptHash} from "./libraries/ReceiptHash.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {UsdcPull} from "./libraries/UsdcPull.sol";

/// @title RelayStaking
/// @notice Registers relays with a stake. The owner keeps the money, the node key only signs; unbonding stake stays here until its delay is over.
contract RelayStaking is IRelayStaking, EIP712, ReentrancyGuardTransient {
    using UsdcPull for IUsdc;

    /// @notice Where burnt shares go: USDC refuses transfers to the zero address, and only its issuer can burn.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;
    uint256 private constant BPS = 10_000;
    bytes32 private constant NODE_PROOF_TYPE = keccak256("NodeProof(address node,bytes32 challenge)");

    /* IMMUTABLES */

    IUsdc public immutable USDC;
    /// @notice The only contract that may slash.
    address public immutable FRAUD_PROOFS;
    address public immutable TREASURY;
    /// @notice Least stake of a registered relay, in micro-USDC.
    uint256 public immutable MIN_STAKE;
    /// @notice How long unbonding stake stays.
    uint32 public immutable UNBOND_SECONDS;
    /// @notice What one offence costs, in basis points of the stake, unbonding part included.
    uint16 public immutable SLASH_BPS;
    /// @notice The reporter's and the burnt share of a penalty, in basis points; the treasury gets the rest.
    uint16 public immutable REPORTER_BPS;
    uint16 public immutable BURN_BPS;

    /* STORAGE */

    mapping(address node => Relay) private _relays;
    mapping(address account => uint256) private _credits;
    /// @inheritdoc IRelayStaking
    uint128 public burnDue;
    /// @inheritdoc IRelayStaking
    uint128 public treasuryDue;

    constructor(StakingConfig memory config) {
        if (config.usdc == address(0) || config.fraudProofs == address(0) || config.treasury == address(0)) {
            revert Errors.BadConfig();
        }
        if (config.minStake == 0 || config.minStake > type(uint96).max) revert Errors.BadConfig();
        if (config.unbondSeconds < 2) revert Errors.BadConfig();
        if (config.slashBps == 0 || config.slashBps > BPS) revert Errors.BadConfig();
        // Half at most goes to the reporter, so that an owner who reports himself loses at least the other half.
        if (config.reporterBps > BPS / 2 || config.burnBps > BPS - config.reporterBps) revert Errors.BadConfig();
        USDC = IUsdc(config.usdc);
        FRAUD_PROOFS = config.fraudProofs;
        TREASURY = config.treasury;
        MIN_STAKE = config.minStake;
        UNBOND_SECONDS = config.unbondSeconds;
        SLASH_BPS = config.slashBps;
        REPORTER_BPS = config.reporterBps;
        BURN_BPS = config.burnBps;
    }

    modifier onlyRelayOwner(address node) {
        address owner = _relays[node].owner;
        if (owner == address(0)) revert Errors.NotRegistered();
        if (owner != msg.sender) revert Errors.NotRelayOwner();
        _;
    }

    /* STAKE */

    /// @inheritdoc IRelayStaking
    function register(address node, bytes32 endpoints, uint64 price, uint256 stake, bytes calldata proof)
        external
        nonReentrant
    {
        if (node == address(0)) revert Errors.ZeroAddress();
        Relay storage relay = _relays[node];
        if (relay.owner != address(0)) revert Errors.AlreadyRegistered();
        if (Signatures.recover(registrationDigest(node, msg.sender), proof) != node) revert Errors.BadProof();
        if (stake < MIN_STAKE) revert Errors.StakeTooLow(MIN_STAKE);
        (relay.owner, relay.price, relay.endpoints) = (msg.sender, price, endpoints);
        uint256 received = _take(node, stake);
        if (received < MIN_STAKE) revert Errors.StakeTooLow(MIN_STAKE);
        emit Events.Registered(node, msg.sender, received);
        emit Events.Updated(node, endpoints, price);
    }

    /// @inheritdoc IRelayStaking
    function update(address node, bytes32 endpoints, uint64 price) external {
        Relay storage relay = _relays[node];
        if (relay.owner == address(0)) revert Errors.NotRegistered();
        if (msg.sender != relay.owner && msg.sender != node) revert Errors.NotRelayOwner();
        (relay.price, relay.endpoints) = (price, endpoints);
        emit Events.Updated(node, endpoints, price);
    }

    /// @inheritdoc IRelayStaking
    function addStake(address node, uint256 amount) external nonReentrant onlyRelayOwner(node) {
        uint256 received = _take(node, amount);
        if (received == 0) revert Errors.ZeroAmount();
        emit Events.StakeAdded(node, received);
    }

    /// @inheritdoc IRelayStaking
    function unbond(address node, uint256 amount) external onlyRelayOwner(node) {
        Relay storage relay = _relays[node];
        if (amount > relay.stake) revert Errors.InsufficientStake();
        uint256 left = relay.stake - amount;
        if (amount != 0 && left != 0 && left < MIN_STAKE) revert Errors.StakeTooLow(MIN_STAKE);
        uint32 withdrawableAt = amount == 0 ? 0 : uint32(block.timestamp) + UNBOND_SECONDS;
        (relay.unbonding, relay.withdrawableAt) = (uint96(amount), withdrawableAt);
        emit Events.Unbonding(node, amount, withdrawableAt);
    }

    /// @inheritdoc IRelayStaking
    function withdraw(address node, address to) external nonReentrant onlyRelayOwner(node) {
        Relay storage relay = _relays[node];
        uint96 amount = relay.unbonding;
        if (amount == 0) revert Errors.NothingUnbonding();
        if (block.timestamp < relay.withdrawableAt) revert Errors.NotDue(relay.withdrawableAt);
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        if (amount == relay.stake) {
            delete _relays[node];
        } else {
            relay.stake -= amount;
            (relay.unbonding, relay.withdrawableAt) = (0, 0);
        }
        emit Events.StakeWithdrawn(node, to, amount);
        _pay(to, amount);
    }

    /* PENALTIES */

    /// @inheritdoc IRelayStaking
    function slash(address node, address reporter) external nonReentrant returns (uint256 penalty) {
        if (msg.sender != FRAUD_PROOFS) revert Errors.NotFraudProofs();
        if (reporter == address(0)) revert Errors.ZeroAddress();
        Relay storage relay = _relays[node];
        if (relay.owner == address(0)) revert Errors.NotRegistered();
        uint256 stake = relay.stake;
        penalty = Penalties.penaltyOf(stake, SLASH_BPS);
        if (penalty == stake) {
            delete _relays[node];
        } else {
            uint96 left = uint96(stake - penalty);
            relay.stake = left;
            if (relay.unbonding > left) relay.unbonding = left;
        }
        (uint256 reporterAmount, uint256 burntAmount, uint256 treasuryAmount) =
            Penalties.divide(penalty, REPORTER_BPS, BURN_BPS);
        _credits[reporter] += reporterAmount;
        burnDue += uint128(burntAmount);
        treasuryDue += uint128(treasuryAmount);
        emit Events.Slashed(node, reporter, reporterAmount, burntAmount, treasuryAmount);
    }

    /// @inheritdoc IRelayStaking
    function withdrawCredit(address to, uint256 amount) external nonReentrant {
        if (amount == 0) revert Errors.ZeroAmount();
        if (amount > _credits[msg.sender]) revert Errors.InsufficientBalance();
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        _credits[msg.sender] -= amount;
        emit Events.CreditWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IRelayStaking
    function burnPenalties() external nonReentrant returns (uint256 amount) {
        amount = burnDue;
        if (amount == 0) revert Errors.ZeroAmount();
        burnDue = 0;
        emit Events.PenaltiesBurnt(amount);
        _pay(BURN_ADDRESS, amount);
    }

    /// @inheritdoc IRelayStaking
    function sweepPenalties() external nonReentrant returns (uint256 amount) {
        amount = treasuryDue;
        if (amount == 0) revert Errors.ZeroAmount();
        treasuryDue = 0;
        emit Events.PenaltiesSwept(amount);
        _pay(TREASURY, amount);
    }

    /// @inheritdoc IRelayStaking
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /* VIEWS */

    /// @inheritdoc IRelayStaking
    function relayOf(address node) external view returns (Relay memory) {
        return _relays[node];
    }

    /// @inheritdoc IRelayStaking
    function stakeOf(address node) external view returns (uint256) {
        Relay storage relay = _relays[node];
        uint256 staying = relay.stake - relay.unbonding;
        return staying < MIN_STAKE ? 0 : staying;
    }

    /// @inheritdoc IRelayStaking
    function registrationDigest(address node, address owner) public view returns (bytes32) {
        bytes32 challenge = sha256(abi.encodePacked("clustercast register", owner));
        return _hashTypedData(keccak256(abi.encode(NODE_PROOF_TYPE, node, challenge)));
    }

    /// @inheritdoc IRelayStaking
    function hashReceipt(Receipt calldata receipt) public view returns (bytes32) {
        return _hashTypedData(ReceiptHash.structHash(receipt));
    }

    /// @inheritdoc IRelayStaking
    function receiptSigner(Receipt calldata receipt, bytes calldata signature) external view returns (address) {
        return Signatures.recover(hashReceipt(receipt), signature);
    }

    /// @inheritdoc IRelayStaking
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /* INTERNAL */

    /// @dev Adds what arrives to the stake. An unbonding part stays as it is.
    function _take(address node, uint256 amount) private returns (uint256 received) {
        received = USDC.byAllowance(msg.sender, amount);
        uint256 stake = _relays[node].stake + received;
        if (stake > type(uint96).max) revert Errors.InsufficientStake();
        _relays[node].stake = uint96(stake);
    }

    function _pay(address to, uint256 amount) private {
        if (!USDC.transfer(to, amount)) revert Errors.TransferFailed();
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast RelayStaking", "1");
    }
}
