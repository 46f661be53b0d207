// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {IStreamKeys, Terms} from "./interfaces/IStreamKeys.sol";
import {Config, Group, ITicketBroker, Outcome, Purse, Ticket, Winner} from "./interfaces/ITicketBroker.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {Accounts} from "./libraries/Accounts.sol";
import {Batch, Batches} from "./libraries/Batches.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {Purses} from "./libraries/Purses.sol";
import {RedeemedLog} from "./libraries/RedeemedLog.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {SpentIndexes} from "./libraries/SpentIndexes.sol";
import {Splits} from "./libraries/Splits.sol";
import {Preimage, TicketHash} from "./libraries/TicketHash.sol";
import {UsdcPull} from "./libraries/UsdcPull.sol";

/// @title TicketBroker
/// @notice Holds viewers' purses, pays winning tickets out of them and keeps what was earned until it is withdrawn.
/// There is no owner, no pause and no upgrade: every micro-USDC has one account that alone can move it.
contract TicketBroker is ITicketBroker, EIP712, ReentrancyGuardTransient {
    using Accounts for mapping(address => uint256);
    using RedeemedLog for bytes32[];
    using Batches for Batch;
    using SpentIndexes for mapping(uint256 => uint256);
    using Splits for uint256;
    using TicketHash for Preimage;
    using UsdcPull for IUsdc;

    /* CONSTANTS */

    /// @notice What an owner's purses may hold together, checked when a deposit is made.
    uint256 public constant CAP = 50e6;
    /// @notice How many purses with money an owner may have.
    uint256 public constant MAX_PURSES = 4;
    bytes32 private constant BIND_TYPE = keccak256("Bind(address owner,address viewingKey)");
    bytes32 private constant WITHDRAW_TYPE =
        keccak256("Withdraw(address account,address to,uint256 amount,uint256 fee,uint256 nonce,uint256 deadline)");

    /* IMMUTABLES */

    IUsdc public immutable USDC;
    IStreamKeys public immutable STREAM_KEYS;
    address public immutable TREASURY;
    uint32 public immutable EPOCH_SECONDS;
    uint32 public immutable EXIT_DELAY;
    uint32 public immutable MIN_FACE_VALUE;
    uint32 public immutable MAX_FACE_VALUE;

    /* STORAGE */

    mapping(address viewingKey => Purse) private _purses;
    mapping(address owner => address[MAX_PURSES]) private _listed;
    mapping(address account => uint256 word) private _accounts;
    mapping(address account => uint256) private _nonces;
    mapping(address relay => mapping(uint256 key => uint256 word)) private _spent;
    mapping(uint256 stream => mapping(uint32 terms => uint256 word)) private _splits;

    /* CONSTRUCTOR */

    constructor(Config memory config) {
        if (config.usdc == address(0) || config.streamKeys == address(0) || config.treasury == address(0)) {
            revert Errors.BadConfig();
        }
        if (config.epochSeconds == 0 || config.exitDelay < 3 * uint256(config.epochSeconds)) revert Errors.BadConfig();
        if (config.minFaceValue == 0 || config.minFaceValue > config.maxFaceValue) revert Errors.BadConfig();
        if (config.maxFaceValue > CAP / 10) revert Errors.BadConfig();
        USDC = IUsdc(config.usdc);
        STREAM_KEYS = IStreamKeys(config.streamKeys);
        TREASURY = config.treasury;
        EPOCH_SECONDS = config.epochSeconds;
        EXIT_DELAY = config.exitDelay;
        MIN_FACE_VALUE = config.minFaceValue;
        MAX_FACE_VALUE = config.maxFaceValue;
    }

    /* PURSES */

    /// @inheritdoc ITicketBroker
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
    ) external nonReentrant {
        if (fee > maxFee) revert Errors.FeeAboveMaximum();
        bytes32 nonce = authorizationNonce(owner, viewingKey, maxFee, salt);
        uint256 received = USDC.byAuthorization(owner, amount, validAfter, validBefore, nonce, signature);
        if (received <= fee) revert Errors.ZeroAmount();
        _accounts.credit(msg.sender, fee);
        _fill(owner, viewingKey, received - fee, fee, bindSignature);
    }

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

    /* REDEMPTION */

    /// @inheritdoc ITicketBroker
    /// @dev Needs no lock: it moves no tokens, and the only contract that it calls is StreamKeys' view.
    function redeem(Group[] calldata groups) external returns (bytes memory outcomes) {
        // A winner takes 128 bytes of calldata, so there is room for all; the length is set at the end.
        outcomes = new bytes(msg.data.length / 128);
        Batch memory batch = Batches.begin(_domainSeparator(), currentEpoch());
        uint256 count;
        for (uint256 i; i < groups.length; ++i) {
            count = _redeemGroup(batch, groups[i], outcomes, count);
        }
        batch.flushPurse();
        assembly ("memory-safe") {
            mstore(outcomes, count)
        }
    }

    /* CREDITS */

    /// @inheritdoc ITicketBroker
    function withdraw(address to, uint256 amount) external nonReentrant {
        _withdraw(msg.sender, to, amount, 0);
    }

    /// @inheritdoc ITicketBroker
    function withdrawFor(
        address account,
        address to,
        uint256 amount,
        uint256 fee,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > deadline) revert Errors.Expired();
        bytes32 digest = withdrawDigest(account, to, amount, fee, _nonces[account]++, deadline);
        if (account == address(0) || Signatures.recover(digest, signature) != account) revert Errors.BadSignature();
        _withdraw(account, to, amount, fee);
    }

    /// @inheritdoc ITicketBroker
    function sweepTreasury(address[] calldata relays) external nonReentrant returns (uint256 swept) {
        for (uint256 i; i < relays.length; ++i) {
            swept += _accounts.takeFees(relays[i]);
        }
        if (swept == 0) revert Errors.ZeroAmount();
        emit Events.TreasurySwept(swept);
        _pay(TREASURY, swept);
    }

    /// @inheritdoc ITicketBroker
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
    ) external nonReentrant {
        if (fee > maxFee) revert Errors.FeeAboveMaximum();
        (, Terms memory terms) = STREAM_KEYS.latestTerms(stream);
        if (terms.payee == address(0)) revert Errors.UnknownStream();
        bytes32 nonce = tipNonce(from, stream, maxFee, salt);
        uint256 received = USDC.byAuthorization(from, amount, validAfter, validBefore, nonce, signature);
        if (received <= fee) revert Errors.ZeroAmount();
        _accounts.credit(msg.sender, fee);
        _accounts.credit(terms.payee, received - fee);
        emit Events.Tipped(stream, from, terms.payee, received - fee, fee);
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
    function creditOf(address account) external view returns (uint256) {
        return _accounts.creditOf(account);
    }

    /// @inheritdoc ITicketBroker
    function nonceOf(address account) external view returns (uint256) {
        return _nonces[account];
    }

    /// @inheritdoc ITicketBroker
    function treasuryFeesOf(address relay) external view returns (uint256 due, uint256 total) {
        return _accounts.feesOf(relay);
    }

    /// @inheritdoc ITicketBroker
    function isSpent(address relay, uint32 epoch, uint32 index) external view returns (bool) {
        return _spent[relay].isSpent(epoch, index);
    }

    /// @inheritdoc ITicketBroker
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / EPOCH_SECONDS);
    }

    /// @inheritdoc ITicketBroker
    function ticketDigest(Ticket calldata ticket) external view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(TicketHash.TYPE_HASH, ticket)));
    }

    /// @inheritdoc ITicketBroker
    function bindDigest(address owner, address viewingKey) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(BIND_TYPE, owner, viewingKey)));
    }

    /// @inheritdoc ITicketBroker
    function withdrawDigest(address account, address to, uint256 amount, uint256 fee, uint256 nonce, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedData(keccak256(abi.encode(WITHDRAW_TYPE, account, to, amount, fee, nonce, deadline)));
    }

    /// @inheritdoc ITicketBroker
    function authorizationNonce(address owner, address viewingKey, uint256 maxFee, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(owner, viewingKey, maxFee, salt));
    }

    /// @inheritdoc ITicketBroker
    function tipNonce(address from, uint256 stream, uint256 maxFee, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("tip"), from, stream, maxFee, salt));
    }

    /// @inheritdoc ITicketBroker
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /* INTERNAL: PURSES */

    /// @dev Adds `amount`, which has arrived, to the purse of `viewingKey`. An exit under way is left as it is.
    function _fill(address owner, address viewingKey, uint256 amount, uint256 fee, bytes calldata bindSignature)
        private
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

    /* INTERNAL: REDEMPTION */

    /// @dev Redeems what can be redeemed of a group, writes one outcome a ticket from `outcomes[position]` on and credits the sum.
    /// @return end where the next group's outcomes begin
    function _redeemGroup(Batch memory batch, Group calldata group, bytes memory outcomes, uint256 position)
        private
        returns (uint256 end)
    {
        Winner[] calldata winners = group.winners;
        end = position + winners.length;
        // Only calldata in which groups share their winners can name more than fit.
        if (end > outcomes.length) revert Errors.MalformedBatch();
        Preimage ticket = batch.ticket;
        if (!ticket.begin(group)) revert Errors.MalformedBatch();
        uint256 split = _splitOf(ticket.stream(), ticket.terms());
        Outcome refusal = _refusalOf(split, ticket.faceValue());
        if (refusal != Outcome.Redeemed) {
            for (; position < end; ++position) {
                outcomes[position] = bytes1(uint8(refusal));
            }
            return end;
        }
        batch.redeemed = RedeemedLog.allocate(winners.length);
        _redeemWinners(batch, winners, outcomes, position);
        if (batch.redeemed.length != 0) _creditShares(ticket, batch.redeemed, split);
    }

    /// @dev The split by which a group is divided, zero when there are no such terms. Versions of terms never change, so that a copy in our own
    /// storage is as good as StreamKeys' word, and 3,000 gas cheaper.
    function _splitOf(uint256 stream, uint32 terms) private returns (uint256 split) {
        split = _splits[stream][terms];
        if (split == 0) {
            split = Splits.pack(STREAM_KEYS.termsOf(stream, terms));
            if (split != 0) _splits[stream][terms] = split;
        }
    }

    /// @dev What all tickets of a group are refused for.
    function _refusalOf(uint256 split, uint256 faceValue) private view returns (Outcome) {
        if (split == 0) return Outcome.UnknownTerms;
        if (faceValue < MIN_FACE_VALUE || faceValue > MAX_FACE_VALUE) return Outcome.FaceValueOutOfBounds;
        return Outcome.Redeemed;
    }

    function _redeemWinners(Batch memory batch, Winner[] calldata winners, bytes memory outcomes, uint256 position)
        private
    {
        uint256 first;
        assembly ("memory-safe") {
            first := add(add(outcomes, 0x20), position)
        }
        unchecked {
            for (uint256 i; i < winners.length; ++i) {
                Winner calldata winner;
                // Both within bounds: `i` by the loop, the outcomes by the check of `end`.
                assembly ("memory-safe") {
                    winner := add(winners.offset, shl(7, i))
                }
                Outcome outcome = _redeemWinner(batch, winner);
                assembly ("memory-safe") {
                    mstore8(add(first, i), outcome)
                }
            }
        }
        batch.flushSpent();
    }

    /// @dev Redeems one ticket or says why not, changing nothing then. Cheap refusals come first: a batch whose winners another keeper has
    /// already sent costs little.
    function _redeemWinner(Batch memory batch, Winner calldata winner) private returns (Outcome) {
        uint256 fields = winner.fields;
        (uint256 place, uint256 bit) = SpentIndexes.placeOf(fields);
        if (place != batch.place) {
            if (!batch.seekSpent(_spent[batch.ticket.relay()], place)) return Outcome.OutsideEpochs;
        }
        uint256 spent = batch.spent;
        if (spent & bit != 0) return Outcome.Spent;
        (bool won, address viewingKey) = batch.ticket.check(winner);
        if (!won) return Outcome.NotWon;
        if (viewingKey != batch.viewingKey) batch.seekPurse(_purseWords(), viewingKey);
        uint256 left = Purses.take(batch.purse, batch.ticket.faceValue());
        if (left == 0) return _whyUnpaid(viewingKey, batch.purse);
        (batch.purse, batch.spent) = (left, spent | bit);
        batch.redeemed.push(viewingKey, fields);
        return Outcome.Redeemed;
    }

    function _whyUnpaid(address viewingKey, uint256 purse) private pure returns (Outcome) {
        if (viewingKey == address(0)) return Outcome.BadSignature;
        return purse == 0 ? Outcome.UnknownPurse : Outcome.InsufficientBalance;
    }

    /// @dev The purses as packed words.
    function _purseWords() private pure returns (mapping(address => uint256) storage words) {
        assembly ("memory-safe") {
            words.slot := _purses.slot
        }
    }

    function _creditShares(Preimage ticket, bytes32[] memory redeemed, uint256 split) private {
        (uint256 relayAmount, uint256 broadcasterAmount, uint256 treasuryAmount) =
            split.divide(ticket.faceValue(), redeemed.length);
        _accounts.creditRelay(ticket.relay(), relayAmount, treasuryAmount);
        _accounts.credit(split.payeeOf(), broadcasterAmount);
        redeemed.emitLog(
            ticket.relay(),
            ticket.stream(),
            ticket.terms(),
            ticket.faceValue(),
            relayAmount,
            broadcasterAmount,
            treasuryAmount
        );
    }

    /* INTERNAL: MONEY */

    function _withdraw(address account, address to, uint256 amount, uint256 fee) private {
        if (amount <= fee) revert Errors.ZeroAmount();
        if (!_accounts.debit(account, amount)) revert Errors.InsufficientBalance();
        _accounts.credit(msg.sender, fee);
        emit Events.Withdrawn(account, to, amount - fee, fee);
        _pay(to, amount - fee);
    }

    function _pay(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        if (!USDC.transfer(to, amount)) revert Errors.TransferFailed();
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast TicketBroker", "1");
    }
}
