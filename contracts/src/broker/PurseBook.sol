// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "solady/utils/EIP712.sol";
import {Config, ITicketBroker, Purse} from "../interfaces/ITicketBroker.sol";
import {IUsdc} from "../interfaces/IUsdc.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {UsdcPull} from "../libraries/UsdcPull.sol";
import {Payouts} from "../money/Payouts.sol";

/// @title Purses of viewing keys: filled by their owners up to the cap, and left after a delay.
abstract contract PurseBook is ITicketBroker, EIP712, Payouts {
    using UsdcPull for IUsdc;

    /// @notice What an owner's purses may hold together, checked when a deposit is made.
    uint256 public constant CAP = 50e6;
    /// @notice How many purses with money an owner may have.
    uint256 public constant MAX_PURSES = 4;
    bytes32 private constant BIND_TYPE = keccak256("Bind(address owner,address viewingKey)");

    uint32 public immutable EXIT_DELAY;

    mapping(address viewingKey => Purse) private _purses;
    mapping(address owner => address[MAX_PURSES]) private _listed;

    constructor(Config memory config) {
        if (config.exitDelay < 3 * uint256(config.epochSeconds)) revert Errors.BadConfig();
        EXIT_DELAY = config.exitDelay;
    }

    /* DEPOSITS */

    /// @inheritdoc ITicketBroker
    function depositWithPermit(
        address viewingKey,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature,
        bytes calldata bindSignature
    ) external nonReentrant {
        USDC.tryPermit(msg.sender, amount, deadline, signature);
        _fill(msg.sender, viewingKey, USDC.byAllowance(msg.sender, amount), 0, bindSignature);
    }

    /// @inheritdoc ITicketBroker
    function deposit(address viewingKey, uint256 amount, bytes calldata bindSignature) external nonReentrant {
        _fill(msg.sender, viewingKey, USDC.byAllowance(msg.sender, amount), 0, bindSignature);
    }

    /* EXITS */

    /// @inheritdoc ITicketBroker
    function requestExit(address viewingKey, uint256 amount) external {
        Purse storage purse = _purses[viewingKey];
        if (purse.owner != msg.sender) revert Errors.NotPurseOwner();
        if (amount > purse.balance) revert Errors.InsufficientBalance();
        // The balance is at most the cap, and the delay fits 32 bits until the year 2106.
        uint32 exitAt = amount == 0 ? 0 : uint32(block.timestamp) + EXIT_DELAY;
        (purse.exiting, purse.exitAt) = (uint32(amount), exitAt);
        emit Events.ExitRequested(msg.sender, viewingKey, amount, exitAt);
    }

    /// @inheritdoc ITicketBroker
    function finishExit(address viewingKey, address to) external nonReentrant {
        Purse memory purse = _purses[viewingKey];
        if (purse.owner != msg.sender) revert Errors.NotPurseOwner();
        if (purse.exiting == 0) revert Errors.NothingLeaving();
        if (block.timestamp < purse.exitAt) revert Errors.ExitNotDue(purse.exitAt);
        uint256 amount = purse.exiting;
        purse.balance -= purse.exiting;
        (purse.exiting, purse.exitAt) = (0, 0);
        _purses[viewingKey] = purse;
        emit Events.ExitFinished(msg.sender, viewingKey, to, amount);
        _pay(to, amount);
    }

    /* VIEWS */

    /// @inheritdoc ITicketBroker
    function purseOf(address viewingKey) external view returns (Purse memory) {
        return _purses[viewingKey];
    }

    /// @inheritdoc ITicketBroker
    function pursesOf(address owner) external view returns (address[MAX_PURSES] memory) {
        return _listed[owner];
    }

    /// @inheritdoc ITicketBroker
    function heldBy(address owner) external view returns (uint256 held) {
        for (uint256 i; i < MAX_PURSES; ++i) {
            held += _purses[_listed[owner][i]].balance;
        }
    }

    /// @inheritdoc ITicketBroker
    function bindDigest(address owner, address viewingKey) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(BIND_TYPE, owner, viewingKey)));
    }

    /* INTERNAL */

    /// @dev Adds `amount`, which has arrived, to the purse of `viewingKey`. An exit under way is left as it is.
    function _fill(address owner, address viewingKey, uint256 amount, uint256 fee, bytes calldata bindSignature)
        internal
    {
        if (amount == 0) revert Errors.ZeroAmount();
        Purse memory purse = _purses[viewingKey];
        if (purse.owner == address(0)) {
            bytes32 digest = bindDigest(owner, viewingKey);
            if (viewingKey == address(0) || Signatures.recover(digest, bindSignature) != viewingKey) {
                revert Errors.BadBinding();
            }
            purse.owner = owner;
            emit Events.PurseOpened(owner, viewingKey);
        } else if (purse.owner != owner) {
            revert Errors.NotPurseOwner();
        }
        uint256 held = _list(owner, viewingKey);
        if (held + amount > CAP) revert Errors.CapExceeded(held, amount);
        purse.balance += uint32(amount);
        _purses[viewingKey] = purse;
        emit Events.Deposited(owner, viewingKey, amount, fee, purse.balance);
    }

    /// @dev Makes sure that `viewingKey` counts against its owner's cap, in the place of an empty purse if need be.
    /// @return held what the owner's purses hold together
    function _list(address owner, address viewingKey) private returns (uint256 held) {
        address[MAX_PURSES] storage places = _listed[owner];
        uint256 place = MAX_PURSES;
        bool listed;
        for (uint256 i; i < MAX_PURSES; ++i) {
            address key = places[i];
            uint256 balance = key == address(0) ? 0 : _purses[key].balance;
            held += balance;
            if (key == viewingKey) listed = true;
            if (balance == 0 && place == MAX_PURSES) place = i;
            // Places are taken from the front, so behind a free one there is nothing.
            if (key == address(0)) break;
        }
        if (listed) return held;
        if (place == MAX_PURSES) revert Errors.TooManyPurses();
        places[place] = viewingKey;
    }

    /// @dev The purses as packed words.
    function _purseWords() internal pure returns (mapping(address => uint256) storage words) {
        assembly ("memory-safe") {
            words.slot := _purses.slot
        }
    }
}
