// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {IPaymaster} from "@account-abstraction/contracts/interfaces/IPaymaster.sol";
import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {IUsdcPaymaster, PaymasterConfig} from "./interfaces/IUsdcPaymaster.sol";
import {AccountCalls} from "./libraries/AccountCalls.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {GasPrices} from "./libraries/GasPrices.sol";
import {UsdcPull} from "./libraries/UsdcPull.sol";

/// @title UsdcPaymaster
/// @notice Pays the gas of user operations in ETH and takes USDC for it out of the sender's credit, before the operation runs.
contract UsdcPaymaster is IUsdcPaymaster, ReentrancyGuardTransient {
    using AccountCalls for bytes;
    using GasPrices for uint256;
    using UsdcPull for IUsdc;

    /* CONSTANTS */

    /// @notice Greatest markup, in basis points.
    uint256 public constant MAX_MARKUP_BPS = 1000;
    /// @notice Greatest number of allowed targets.
    uint256 public constant MAX_TARGETS = 32;
    /// @notice Gas charged for what EntryPoint still spends after it has told postOp the cost; also the least limit of postOp.
    /// @dev The tests measure 4,000, and 6,900 at most: an account that restores its credit's first value makes writing it dearer, and so do 128 KiB of calls.
    uint256 public constant POST_OP_GAS = 8_500;
    /// @notice Greatest limit of postOp. Up to 40,000 of unused gas EntryPoint 0.8 charges no penalty, which it would compute after postOp.
    uint256 public constant MAX_POST_OP_GAS = 40_000;
    /// @notice Greatest limit of the validation here.
    uint256 public constant MAX_VERIFICATION_GAS = 500_000;
    /// @notice Greatest size of an operation's calls: memory that EntryPoint has filled with them makes what follows dearer.
    uint256 public constant MAX_CALL_DATA = 131_072;

    uint256 private constant MAX_DELAY = 1 days;
    uint256 private constant REFRESH = 1;
    /// @dev Where EntryPoint's own fields of `paymasterAndData` end.
    uint256 private constant DATA_OFFSET = 52;
    uint256 private constant TOP_UP_LENGTH = 13;
    bytes4 private constant APPROVE = bytes4(keccak256("approve(address,uint256)"));
    bytes4 private constant TRANSFER = bytes4(keccak256("transfer(address,uint256)"));
    /// @dev Keeps a used word from zero: a refund never creates a slot, so its gas is bounded.
    uint256 private constant USED = 1 << 255;

    /* IMMUTABLES */

    IEntryPoint public immutable ENTRY_POINT;
    IUsdc public immutable USDC;
    address public immutable OWNER;
    IAggregatorV3 public immutable PRICE_FEED;
    /// @notice Zero where the chain has no sequencer feed.
    IAggregatorV3 public immutable SEQUENCER_FEED;
    /// @notice How long an answer of the feed counts: its heartbeat and the grace.
    uint256 public immutable MAX_PRICE_AGE;
    uint256 public immutable MARKUP_BPS;

    /* STORAGE */

    /// @dev What was earned and the kept price, see GasPrices.
    uint256 private _gas;

    /// @dev `USED | credit u96`, in a struct so that a reference to it saves hashing the slot twice.
    struct Credit {
        uint256 word;
    }

    mapping(address account => Credit) private _credits;
    /// @inheritdoc IUsdcPaymaster
    mapping(address target => bool) public isTarget;
    /// @inheritdoc IUsdcPaymaster
    uint256 public targetCount;
    /// @dev Set in a transaction with operations: what they have not used is among what was earned until their postOp.
    uint256 private transient _operating;

    constructor(PaymasterConfig memory config) {
        if (config.entryPoint.code.length == 0 || config.usdc.code.length == 0 || config.owner == address(0)) {
            revert Errors.BadConfig();
        }
        if (config.heartbeat == 0 || config.heartbeat > MAX_DELAY || config.grace > MAX_DELAY) {
            revert Errors.BadConfig();
        }
        if (config.markupBps > MAX_MARKUP_BPS) revert Errors.BadConfig();
        if (config.priceFeed.code.length == 0 || IAggregatorV3(config.priceFeed).decimals() > 18) {
            revert Errors.BadConfig();
        }
        if (config.sequencerFeed != address(0) && config.sequencerFeed.code.length == 0) revert Errors.BadConfig();
        ENTRY_POINT = IEntryPoint(config.entryPoint);
        USDC = IUsdc(config.usdc);
        OWNER = config.owner;
        PRICE_FEED = IAggregatorV3(config.priceFeed);
        SEQUENCER_FEED = IAggregatorV3(config.sequencerFeed);
        MAX_PRICE_AGE = uint256(config.heartbeat) + config.grace;
        MARKUP_BPS = config.markupBps;
        refreshPrice();
    }

    modifier onlyEntryPoint() {
        if (msg.sender != address(ENTRY_POINT)) revert Errors.NotEntryPoint();
        _;
    }

    modifier onlyOwner() {
        if (msg.sender != OWNER) revert Errors.NotOwner();
        _;
    }

    /* ENTRY POINT */

    /// @inheritdoc IPaymaster
    /// @dev `maxCost` is all that EntryPoint can ever take for this operation, penalties and a failing postOp included. An invalid signature of the account
    /// reverts the whole bundle, so whatever is taken here was signed for.
    function validatePaymasterUserOp(PackedUserOperation calldata op, bytes32, uint256 maxCost)
        external
        onlyEntryPoint
        returns (bytes memory context, uint256 validationData)
    {
        bytes calldata data = op.paymasterAndData;
        // EntryPoint has read these 52 bytes.
        _checkGasLimits(data.load(20));
        _checkCalls(op.callData);
        data = data.from(DATA_OFFSET);
        uint256 gas = _gas;
        if (data.length != 0 && uint8(data[0]) & REFRESH != 0) gas = _refresh(gas);
        uint256 rate = gas.rate();
        uint256 held = maxCost.inUsdc(rate);
        address sender = op.sender;
        Credit storage tank = _credits[sender];
        uint256 credit = uint96(tank.word);
        if (credit < held) credit += _topUp(sender, data, held, credit);
        unchecked {
            tank.word = USED | (credit - held);
        }
        _gas = gas.earn(held);
        _operating = 1;
        // Credits have 96 bits, and `held` is at most one.
        _return((uint256(uint160(sender)) << 96) | held, rate, gas.validationData());
    }

    /// @inheritdoc IPaymaster
    /// @dev Touches two slots that validation has written and no token: nothing here can fail.
    function postOp(PostOpMode, bytes calldata context, uint256 actualGasCost, uint256 actualUserOpFeePerGas)
        external
        onlyEntryPoint
    {
        // EntryPoint gives back the two words of the validation.
        uint256 hold = context.load(0);
        address sender = address(uint160(hold >> 96));
        uint256 held = uint96(hold);
        unchecked {
            uint256 charge = (actualGasCost + POST_OP_GAS * actualUserOpFeePerGas).inUsdc(context.load(32));
            if (charge > held) charge = held;
            uint256 unused = held - charge;
            _credits[sender].word += unused;
            _gas = _gas.unearn(unused);
            emit Events.GasPaid(sender, charge);
        }
    }

    /* CREDITS */

    /// @inheritdoc IUsdcPaymaster
    function deposit(address account, uint256 amount) external nonReentrant {
        if (account == address(0)) revert Errors.ZeroAddress();
        uint256 received = USDC.byAllowance(msg.sender, amount);
        if (received == 0) revert Errors.ZeroAmount();
        Credit storage tank = _credits[account];
        tank.word = (tank.word | USED) + received;
        emit Events.GasCreditAdded(account, msg.sender, received);
    }

    /// @inheritdoc IUsdcPaymaster
    function withdraw(address to, uint256 amount) external nonReentrant {
        if (amount == 0) revert Errors.ZeroAmount();
        if (amount > creditOf(msg.sender)) revert Errors.InsufficientBalance();
        _credits[msg.sender].word -= amount;
        emit Events.GasCreditWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IUsdcPaymaster
    function creditOf(address account) public view returns (uint256) {
        return uint96(_credits[account].word);
    }

    /* PRICE */

    /// @inheritdoc IUsdcPaymaster
    function refreshPrice() public {
        uint256 gas = _refresh(_gas);
        if (block.timestamp > gas.validUntil()) revert Errors.StalePrice(gas.validUntil() - MAX_PRICE_AGE);
        _gas = gas;
    }

    /// @inheritdoc IUsdcPaymaster
    function price() external view returns (uint256 rate, uint48 validAfter, uint48 validUntil) {
        uint256 gas = _gas;
        return (gas.rate(), gas.validAfter(), gas.validUntil());
    }

    /// @inheritdoc IUsdcPaymaster
    function quote(uint256 cost) external view returns (uint256) {
        return cost.inUsdc(_gas.rate());
    }

    /* ONLY OWNER */

    /// @inheritdoc IUsdcPaymaster
    function setTarget(address target, bool allowed) external onlyOwner {
        // Calls of USDC and of the paymaster have rules of their own.
        if (target == address(0) || target == address(USDC) || target == address(this)) revert Errors.BadTarget();
        if (isTarget[target] == allowed) return;
        if (allowed) {
            if (++targetCount > MAX_TARGETS) revert Errors.TooManyTargets();
        } else {
            --targetCount;
        }
        isTarget[target] = allowed;
        emit Events.TargetSet(target, allowed);
    }

    /// @inheritdoc IUsdcPaymaster
    function withdrawEarned(address to, uint256 amount) external nonReentrant onlyOwner {
        if (amount == 0) revert Errors.ZeroAmount();
        if (_operating != 0) revert Errors.OperationsPending();
        if (amount > earned()) revert Errors.InsufficientBalance();
        _gas = _gas.unearn(amount);
        emit Events.EarnedWithdrawn(to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IUsdcPaymaster
    function earned() public view returns (uint256) {
        return _gas.earned();
    }

    /// @inheritdoc IUsdcPaymaster
    function addStake(uint32 unstakeDelay) external payable onlyOwner {
        ENTRY_POINT.addStake{value: msg.value}(unstakeDelay);
    }

    /// @inheritdoc IUsdcPaymaster
    function unlockStake() external onlyOwner {
        ENTRY_POINT.unlockStake();
    }

    /// @inheritdoc IUsdcPaymaster
    function withdrawStake(address payable to) external onlyOwner {
        ENTRY_POINT.withdrawStake(to);
    }

    /// @inheritdoc IUsdcPaymaster
    function withdrawDeposit(address payable to, uint256 amount) external onlyOwner {
        ENTRY_POINT.withdrawTo(to, amount);
    }

    /* INTERNAL: VALIDATION */

    /// @param limits `paymasterVerificationGasLimit u128 | paymasterPostOpGasLimit u128`
    function _checkGasLimits(uint256 limits) private pure {
        uint256 postOpGas = uint128(limits);
        if (limits >> 128 > MAX_VERIFICATION_GAS || postOpGas < POST_OP_GAS || postOpGas > MAX_POST_OP_GAS) {
            revert Errors.GasLimitOutOfRange();
        }
    }

    function _checkCalls(bytes calldata callData) private view {
        if (callData.length < 4 || callData.length > MAX_CALL_DATA) revert Errors.UnsupportedCall();
        bytes4 selector = bytes4(callData);
        callData = callData.from(4);
        if (selector == AccountCalls.EXECUTE) {
            _checkCall(callData);
        } else if (selector == AccountCalls.EXECUTE_BATCH) {
            (uint256 count, bytes calldata elements) = callData.batch();
            for (uint256 i; i < count; ++i) {
                _checkCall(elements.tail(32 * i));
            }
        } else {
            revert Errors.UnsupportedCall();
        }
    }

    function _checkCall(bytes calldata region) private view {
        (address target, uint256 value, bytes calldata data) = region.asCall();
        if (value != 0) revert Errors.ValueNotAllowed();
        if (target != address(USDC)) {
            _checkTarget(target);
        } else if (bytes4(data) == APPROVE) {
            _checkTarget(address(uint160(data.word(4))));
        } else if (bytes4(data) != TRANSFER) {
            revert Errors.UnsupportedCall();
        }
    }

    /// @dev The paymaster itself is always allowed: an account without ETH must reach its credit.
    function _checkTarget(address target) private view {
        if (!isTarget[target] && target != address(this)) revert Errors.TargetNotAllowed(target);
    }

    /// @dev Ends validation with a context of two words: 400 gas less than the compiler's encoding.
    function _return(uint256 hold, uint256 rate, uint256 validationData) private pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0x40)
            mstore(add(free, 0x20), validationData)
            mstore(add(free, 0x40), 0x40)
            mstore(add(free, 0x60), hold)
            mstore(add(free, 0x80), rate)
            return(free, 0xa0)
        }
    }

    /// @dev Takes what the sender has signed for, at least what is missing.
    function _topUp(address sender, bytes calldata data, uint256 held, uint256 credit)
        private
        nonReentrant
        returns (uint256 received)
    {
        if (data.length < TOP_UP_LENGTH) revert Errors.CreditTooLow(held, credit);
        uint256 amount = uint96(bytes12(data[1:TOP_UP_LENGTH]));
        if (credit + amount < held) revert Errors.CreditTooLow(held, credit + amount);
        if (data.length > TOP_UP_LENGTH) {
            // Without deadline USDC reads no clock, which validation may not (ERC-7562).
            USDC.tryPermit(sender, amount, type(uint256).max, data[TOP_UP_LENGTH:]);
        }
        received = USDC.byAllowance(sender, amount);
        if (credit + received < held) revert Errors.CreditTooLow(held, credit + received);
        emit Events.GasCreditAdded(sender, sender, received);
    }

    /* INTERNAL */

    function _refresh(uint256 gas) private returns (uint256 refreshed) {
        refreshed = gas.refresh(PRICE_FEED, SEQUENCER_FEED, MAX_PRICE_AGE, MARKUP_BPS);
        emit Events.PriceKept(refreshed.rate(), refreshed.validUntil());
    }

    function _pay(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        if (!USDC.transfer(to, amount)) revert Errors.TransferFailed();
    }
}
