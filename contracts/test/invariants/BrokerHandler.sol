// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {TicketBroker} from "../../src/TicketBroker.sol";
import {StreamKeys} from "../../src/StreamKeys.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Group, Outcome, Purse, Ticket, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {IFiatToken} from "../helpers/RealUsdc.sol";

/// @notice Honest users of the broker: every call that they make is one that must succeed, so any revert is a fault of the contract.
contract BrokerHandler is Test {
    uint256 private constant OWNERS = 3;
    uint256 private constant KEYS = 6;
    uint256 private constant RELAYS = 2;
    uint32 private constant DAY = 86_400;

    TicketBroker private immutable BROKER;
    StreamKeys private immutable STREAMS;
    IFiatToken private immutable USDC;
    address private immutable MINTER;

    /// @notice A winner that a relay holds and has not been paid for, with the terms that were in force when it was signed.
    struct Held {
        Group group;
        Terms terms;
        uint256 viewer;
        uint32 epoch;
        uint32 index;
    }

    bytes32 private constant RECEIVE_TYPE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    uint256 private _tips;
    Held[] private _held;
    Held[] private _paid;
    mapping(address relay => uint32) private _nextIndex;
    mapping(address account => bool) private _isAccount;
    address[] public accounts;

    /* GHOSTS */

    uint256 public deposited;
    uint256 public exited;
    uint256 public redeemed;
    uint256 public withdrawn;
    uint256 public swept;
    uint256 public tipped;
    uint256 public redemptions;

    constructor(TicketBroker broker, StreamKeys streams, IFiatToken usdc, address minter) {
        (BROKER, STREAMS, USDC, MINTER) = (broker, streams, usdc, minter);
        for (uint256 i; i < RELAYS; ++i) {
            _remember(_relay(i));
        }
        _remember(address(this));
        _newTerms(7000, 2500);
    }

    /* ACTORS */

    function owner(uint256 i) public pure returns (address) {
        return vm.addr(11_000 + i % OWNERS);
    }

    function viewer(uint256 i) public pure returns (address) {
        return vm.addr(12_000 + i % KEYS);
    }

    /// @dev The second relay is an owner too: what it earns has nothing to do with what its purses may hold.
    function _relay(uint256 i) private pure returns (address) {
        return i % RELAYS == 1 ? owner(0) : vm.addr(13_000);
    }

    /// @dev A viewing key always belongs to the same owner: two keys each.
    function _ownerOf(uint256 viewerIndex) private pure returns (address) {
        return owner((viewerIndex % KEYS) / 2);
    }

    function _remember(address account) private {
        if (_isAccount[account]) return;
        _isAccount[account] = true;
        accounts.push(account);
    }

    /* WHAT USERS DO */

    function deposit(uint256 who, uint256 amount) public {
        address payer = _ownerOf(who);
        uint256 room = BROKER.CAP() - BROKER.heldBy(payer);
        if (room == 0) return;
        amount = bound(amount, 1, room);
        vm.prank(MINTER);
        USDC.mint(payer, amount);
        bytes32 digest = BROKER.bindDigest(payer, viewer(who));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(12_000 + who % KEYS, digest);
        vm.startPrank(payer);
        USDC.approve(address(BROKER), amount);
        BROKER.deposit(viewer(who), amount, abi.encodePacked(r, s, v));
        vm.stopPrank();
        deposited += amount;
    }

    /// @notice An owner fills its purses to the cap.
    function fill(uint256 who) external {
        address payer = _ownerOf(who);
        deposit(who, BROKER.CAP() - BROKER.heldBy(payer));
    }

    /// @notice A stranger tries to take a viewing key with the signature that bound it, or with one of its own.
    function squat(uint256 who, uint256 amount) external {
        address stranger = address(0xBAD);
        address key = viewer(who);
        address before = BROKER.purseOf(key).owner;
        amount = bound(amount, 1, 1e6);
        vm.prank(MINTER);
        USDC.mint(stranger, amount);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(12_000 + who % KEYS, BROKER.bindDigest(_ownerOf(who), key));
        vm.startPrank(stranger);
        USDC.approve(address(BROKER), amount);
        vm.expectRevert(before == address(0) ? Errors.BadBinding.selector : Errors.NotPurseOwner.selector);
        BROKER.deposit(key, amount, abi.encodePacked(r, s, v));
        vm.stopPrank();
        assertEq(BROKER.purseOf(key).owner, before);
    }

    /// @notice A wallet tips the stream.
    function tip(uint256 amount, uint256 fee) external {
        amount = bound(amount, 2, 5e6);
        fee = bound(fee, 0, amount - 1);
        address from = vm.addr(15_000);
        vm.prank(MINTER);
        USDC.mint(from, amount);
        bytes32 salt = bytes32(++_tips);
        bytes32 hash = keccak256(
            abi.encode(RECEIVE_TYPE, from, BROKER, amount, 0, type(uint256).max, BROKER.tipNonce(from, 1, fee, salt))
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(15_000, keccak256(abi.encodePacked(hex"1901", USDC.DOMAIN_SEPARATOR(), hash)));
        BROKER.tipWithAuthorization(from, 1, amount, fee, fee, salt, 0, type(uint256).max, abi.encodePacked(r, s, v));
        tipped += amount;
    }

    function requestExit(uint256 who, uint256 amount) external {
        Purse memory purse = BROKER.purseOf(viewer(who));
        if (purse.owner == address(0)) return;
        amount = bound(amount, 0, purse.balance);
        vm.prank(purse.owner);
        BROKER.requestExit(viewer(who), amount);
    }

    function finishExit(uint256 who) public {
        Purse memory purse = BROKER.purseOf(viewer(who));
        if (purse.exiting == 0 || vm.getBlockTimestamp() < purse.exitAt) return;
        vm.prank(purse.owner);
        BROKER.finishExit(viewer(who), purse.owner);
        exited += purse.exiting;
    }

    function pass(uint256 time) external {
        vm.warp(vm.getBlockTimestamp() + bound(time, 1, 2 * DAY));
    }

    function setTerms(uint256 relayBps, uint256 treasuryBps) external {
        treasuryBps = bound(treasuryBps, 500, 2000);
        relayBps = bound(relayBps, 0, 10_000 - treasuryBps);
        (uint32 version,) = STREAMS.latestTerms(1);
        Terms memory terms =
            Terms(vm.addr(14_000 + version % 3), uint16(relayBps), uint16(10_000 - treasuryBps - relayBps), 0);
        STREAMS.setTerms(1, terms);
        _remember(terms.payee);
    }

    function _newTerms(uint16 relayBps, uint16 broadcasterBps) private {
        address payee = vm.addr(14_000);
        STREAMS.mint("stream", "test", 0, Terms(payee, relayBps, broadcasterBps, 0));
        _remember(payee);
    }

    /// @notice A viewer signs a ticket that wins; the relay keeps it.
    function win(uint256 who, uint256 relayIndex, uint256 faceValue, uint256 skip) external {
        if (_held.length >= 40) return;
        (uint32 version, Terms memory terms) = STREAMS.latestTerms(1);
        address to = _relay(relayIndex);
        uint32 index = _nextIndex[to] + uint32(bound(skip, 0, 300));
        _nextIndex[to] = index + 1;
        uint32 face = uint32(bound(faceValue, BROKER.MIN_FACE_VALUE(), BROKER.MAX_FACE_VALUE()));
        bytes32 preimage = keccak256(abi.encode(to, index));
        Ticket memory ticket = Ticket(
            to,
            1,
            version,
            keccak256(abi.encodePacked(preimage, index)),
            uint128(index),
            face,
            type(uint64).max,
            BROKER.currentEpoch()
        );
        (bytes32 r, bytes32 vs) = vm.signCompact(12_000 + who % KEYS, BROKER.ticketDigest(ticket));
        uint256 fields = (uint256(index) << 128) | (uint256(type(uint64).max) << 64) | (uint256(index) << 32)
            | uint256(ticket.epoch);
        Held storage kept = _held.push();
        kept.group.relay = to;
        (kept.group.stream, kept.group.terms, kept.group.faceValue) = (1, version, face);
        kept.group.winners.push(Winner(preimage, r, vs, fields));
        kept.terms = terms;
        (kept.viewer, kept.epoch, kept.index) = (who % KEYS, ticket.epoch, index);
    }

    /// @notice Anybody redeems up to five winners in any order, together with one that was paid before.
    function redeem(uint256 seed, uint256 count) external {
        if (_held.length == 0) return;
        count = bound(count, 1, 5);
        for (uint256 i; i < count && _held.length != 0; ++i) {
            uint256 at_ = uint256(keccak256(abi.encode(seed, i))) % _held.length;
            _redeemOne(at_);
        }
        if (_paid.length == 0) return;
        uint256 before = _credits();
        _replay(seed % _paid.length);
        assertEq(_credits(), before, "paid twice");
    }

    function _redeemOne(uint256 place) private {
        Held memory ticket = _held[place];
        Purse memory purse = BROKER.purseOf(viewer(ticket.viewer));
        uint32 current = BROKER.currentEpoch();
        bool live = ticket.epoch == current || ticket.epoch + 1 == current;
        Group[] memory groups = new Group[](1);
        groups[0] = ticket.group;
        uint256 before = _credits();
        uint256 relayBefore = BROKER.creditOf(ticket.group.relay);
        uint256 payeeBefore = BROKER.creditOf(ticket.terms.payee);
        Outcome outcome = Outcome(uint8(BROKER.redeem(groups)[0]));
        uint256 gained = _credits() - before;
        if (!live) {
            assertEq(uint8(outcome), uint8(Outcome.OutsideEpochs), "dead");
        } else if (purse.owner == address(0)) {
            assertEq(uint8(outcome), uint8(Outcome.UnknownPurse), "no purse");
        } else if (purse.balance < ticket.group.faceValue) {
            assertEq(uint8(outcome), uint8(Outcome.InsufficientBalance), "poor");
        } else {
            assertEq(uint8(outcome), uint8(Outcome.Redeemed), "a valid winner of a funded viewer is always paid");
        }
        if (outcome == Outcome.Redeemed) {
            uint256 face = ticket.group.faceValue;
            assertEq(gained, face, "consumed means credited in full");
            // By the terms that were in force when it was signed, whatever was set since.
            assertEq(BROKER.creditOf(ticket.group.relay) - relayBefore, face * ticket.terms.relayBps / 10_000);
            assertEq(BROKER.creditOf(ticket.terms.payee) - payeeBefore, face * ticket.terms.broadcasterBps / 10_000);
            redeemed += gained;
            ++redemptions;
            _paid.push(_held[place]);
        } else {
            assertEq(gained, 0, "skipped means untouched");
            if (live) return;
        }
        if (place != _held.length - 1) _held[place] = _held[_held.length - 1];
        _held.pop();
    }

    /// @dev What was paid once is never paid again, in its life or later.
    function _replay(uint256 place) private {
        Group[] memory groups = new Group[](1);
        groups[0] = _paid[place].group;
        uint256 outcome = uint8(BROKER.redeem(groups)[0]);
        assertTrue(outcome == uint8(Outcome.Spent) || outcome == uint8(Outcome.OutsideEpochs), "replay");
    }

    /// @notice Epoch by epoch, so that every page is used again, all that was paid is sent once more.
    function replayAll(uint256 epochs) external {
        uint256 before = _credits();
        for (uint256 i; i < epochs; ++i) {
            for (uint256 place; place < _paid.length; ++place) {
                _replay(place);
            }
            assertEq(_credits(), before, "paid twice");
            vm.warp(vm.getBlockTimestamp() + DAY);
        }
    }

    /// @notice Everybody leaves with all that is theirs.
    function leave() external {
        for (uint256 i; i < accounts.length; ++i) {
            uint256 credit = BROKER.creditOf(accounts[i]);
            if (credit != 0) _withdraw(accounts[i], credit);
        }
        for (uint256 i; i < KEYS; ++i) {
            Purse memory purse = BROKER.purseOf(viewer(i));
            if (purse.balance == 0) continue;
            vm.prank(purse.owner);
            BROKER.requestExit(viewer(i), purse.balance);
        }
        vm.warp(vm.getBlockTimestamp() + BROKER.EXIT_DELAY());
        for (uint256 i; i < KEYS; ++i) {
            finishExit(i);
        }
    }

    function _withdraw(address account, uint256 amount) private {
        vm.prank(account);
        BROKER.withdraw(address(0xCAFE), amount);
        withdrawn += amount;
    }

    function withdraw(uint256 who, uint256 amount) external {
        address account = accounts[who % accounts.length];
        uint256 credit = BROKER.creditOf(account);
        if (credit == 0) return;
        _withdraw(account, bound(amount, 1, credit));
    }

    function sweep() external {
        address[] memory relays = new address[](RELAYS);
        uint256 due;
        for (uint256 i; i < RELAYS; ++i) {
            relays[i] = _relay(i);
            (uint256 one,) = BROKER.treasuryFeesOf(relays[i]);
            due += one;
        }
        if (due == 0) return;
        assertEq(BROKER.sweepTreasury(relays), due);
        swept += due;
    }

    /* SUMS */

    function _credits() private view returns (uint256 sum) {
        return credits() + feesDue();
    }

    function credits() public view returns (uint256 sum) {
        for (uint256 i; i < accounts.length; ++i) {
            sum += BROKER.creditOf(accounts[i]);
        }
    }

    function feesDue() public view returns (uint256 sum) {
        for (uint256 i; i < RELAYS; ++i) {
            (uint256 due,) = BROKER.treasuryFeesOf(_relay(i));
            sum += due;
        }
    }

    function balances() external view returns (uint256 sum) {
        for (uint256 i; i < KEYS; ++i) {
            sum += BROKER.purseOf(viewer(i)).balance;
        }
    }
}
