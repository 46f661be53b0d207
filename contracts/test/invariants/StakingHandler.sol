// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {FraudProofs} from "../../src/FraudProofs.sol";
import {RelayStaking} from "../../src/RelayStaking.sol";
import {StreamKeys} from "../../src/StreamKeys.sol";
import {SignedHead, SignedReceipt} from "../../src/interfaces/IFraudProofs.sol";
import {Receipt as ServedReceipt, Relay} from "../../src/interfaces/IRelayStaking.sol";
import {Head, Terms} from "../../src/interfaces/IStreamKeys.sol";
import {IFiatToken} from "../helpers/RealUsdc.sol";

/// @notice Relays' owners, reporters and keepers: every call that they make is one that must succeed, so any revert is a fault of the contracts. Relay 0 is
/// honest, the others sometimes sign lies.
contract StakingHandler is Test {
    uint256 private constant RELAYS = 4;
    uint256 private constant REPORTERS = 2;
    uint256 private constant SIGNING_KEY = 21_000;
    uint256 private constant NODE_KEY = 22_000;
    uint32 private constant DAY = 86_400;

    RelayStaking private immutable STAKING;
    FraudProofs private immutable PROOFS;
    StreamKeys private immutable STREAMS;
    IFiatToken private immutable USDC;
    address private immutable MINTER;

    /// @notice A receipt that a viewer got, with the head that it names.
    struct Held {
        SignedHead head;
        SignedReceipt receipt;
        bool isLie;
        bool isUsed;
        /// Whether the relay was in good standing when it signed.
        bool stood;
    }

    Held[] private _held;
    uint32 private _window;
    mapping(uint256 relayIndex => uint256) private _earliestExit;

    /* GHOSTS */

    mapping(address node => uint256) public stakedOf;
    mapping(address node => uint256) public leftOf;
    mapping(address node => uint256) public slashedOf;
    uint256 public paid;
    uint256 public slashes;
    uint256 public slashesOfUnbonding;

    constructor(RelayStaking staking, FraudProofs proofs, StreamKeys streams, IFiatToken usdc, address minter) {
        (STAKING, PROOFS, STREAMS, USDC, MINTER) = (staking, proofs, streams, usdc, minter);
        streams.mint("stream", "test", 0, Terms(address(this), 7000, 2500, 0));
        streams.delegate(1, vm.addr(SIGNING_KEY), 0, type(uint64).max);
    }

    /* ACTORS */

    function node(uint256 i) public pure returns (address) {
        return vm.addr(NODE_KEY + i % RELAYS);
    }

    function owner(uint256 i) public pure returns (address) {
        return vm.addr(23_000 + i % RELAYS);
    }

    function reporter(uint256 i) public pure returns (address) {
        return vm.addr(24_000 + i % REPORTERS);
    }

    function _fund(address who, uint256 amount) private {
        vm.prank(MINTER);
        USDC.mint(who, amount);
        vm.prank(who);
        USDC.approve(address(STAKING), amount);
    }

    /* OWNERS */

    /// @notice Registers, or adds to the stake.
    function stake(uint256 who, uint256 amount) external {
        amount = bound(amount, STAKING.MIN_STAKE(), 1000e6);
        _fund(owner(who), amount);
        if (STAKING.relayOf(node(who)).owner == address(0)) {
            bytes memory proof = _sign(NODE_KEY + who % RELAYS, STAKING.registrationDigest(node(who), owner(who)));
            vm.prank(owner(who));
            STAKING.register(node(who), "endpoints", 1, amount, proof);
        } else {
            vm.prank(owner(who));
            STAKING.addStake(node(who), amount);
        }
        stakedOf[node(who)] += amount;
    }

    function unbond(uint256 who, uint256 amount) external {
        Relay memory relay = STAKING.relayOf(node(who));
        if (relay.owner == address(0)) return;
        uint256 free = relay.stake > STAKING.MIN_STAKE() ? relay.stake - STAKING.MIN_STAKE() : 0;
        amount = bound(amount, 0, free + 1);
        // All of it where a part would leave less than the minimum.
        if (amount > free) amount = relay.stake;
        vm.prank(owner(who));
        STAKING.unbond(node(who), amount);
        _earliestExit[who % RELAYS] = vm.getBlockTimestamp() + STAKING.UNBOND_SECONDS();
    }

    function withdraw(uint256 who) external {
        Relay memory relay = STAKING.relayOf(node(who));
        if (relay.unbonding == 0 || vm.getBlockTimestamp() < relay.withdrawableAt) return;
        assertGe(vm.getBlockTimestamp(), _earliestExit[who % RELAYS], "nothing leaves before its delay");
        vm.prank(owner(who));
        STAKING.withdraw(node(who), owner(who));
        leftOf[node(who)] += relay.unbonding;
    }

    function pass(uint256 time) external {
        vm.warp(vm.getBlockTimestamp() + bound(time, 1, 4 * DAY));
    }

    /* RELAYS AND VIEWERS */

    /// @notice The broadcaster signs a window, a relay its receipt.
    function serve(uint256 who, uint256 lie) external {
        uint64 time = uint64(vm.getBlockTimestamp()) * 1000;
        Head memory head = Head(1, 1, 480, ++_window, 20, sha256(abi.encode(_window)), 1, 1, 0, 0, time, 1);
        bytes32 digest = STREAMS.hashHead(head);
        bool lies = who % RELAYS != 0 && lie % 2 == 0;
        ServedReceipt memory receipt =
            ServedReceipt(node(who), address(1), digest, lies ? bytes32("lie") : head.root, 1, time);
        // The oldest give way.
        if (_held.length < 20) _held.push();
        Held storage kept = _held[_window % _held.length];
        kept.head = SignedHead(head, _sign(SIGNING_KEY, digest));
        kept.receipt = SignedReceipt(receipt, _sign(NODE_KEY + who % RELAYS, STAKING.hashReceipt(receipt)));
        (kept.isLie, kept.isUsed) = (lies, false);
        kept.stood = STAKING.stakeOf(node(who)) != 0;
    }

    /// @notice Somebody sends a receipt as evidence: a lie that is new and not too old slashes a relay that has stake, and nothing else does.
    function prove(uint256 which, uint256 by) external {
        if (_held.length == 0) return;
        Held storage held = _held[which % _held.length];
        Relay memory before = STAKING.relayOf(held.receipt.receipt.relay);
        uint256 time = held.receipt.receipt.time / 1000;
        bool inTime = time + PROOFS.WINDOW_SECONDS() >= vm.getBlockTimestamp();
        bool unharmed = slashedOf[held.receipt.receipt.relay] == 0;
        if (inTime && held.stood && unharmed) {
            assertGe(before.stake, STAKING.MIN_STAKE(), "stake that stood for a receipt stays for the window");
        }
        bool punishable = held.isLie && !held.isUsed && inTime && before.owner != address(0);
        uint256 credit = STAKING.creditOf(reporter(by));
        try PROOFS.proveFalseReceipt(held.head, held.receipt, reporter(by)) returns (uint256 penalty) {
            assertTrue(punishable, "only a punishable lie is punished");
            assertGt(penalty, 0);
            assertLe(penalty, before.stake, "a slash never exceeds the stake");
            assertEq(STAKING.relayOf(held.receipt.receipt.relay).stake, before.stake - penalty);
            assertLe(2 * (STAKING.creditOf(reporter(by)) - credit), penalty);
            slashedOf[held.receipt.receipt.relay] += penalty;
            ++slashes;
            if (before.unbonding > before.stake - penalty) ++slashesOfUnbonding;
            held.isUsed = true;
        } catch {
            assertFalse(punishable, "a punishable lie is always punished");
        }
    }

    /* PENALTIES */

    function withdrawCredit(uint256 who, uint256 amount) external {
        uint256 credit = STAKING.creditOf(reporter(who));
        if (credit == 0) return;
        amount = bound(amount, 1, credit);
        vm.prank(reporter(who));
        STAKING.withdrawCredit(address(0xCAFE), amount);
        paid += amount;
    }

    function clear(bool burns) external {
        if (burns && STAKING.burnDue() != 0) paid += STAKING.burnPenalties();
        if (!burns && STAKING.treasuryDue() != 0) paid += STAKING.sweepPenalties();
    }

    /* SUMS */

    function stakes() public view returns (uint256 sum) {
        for (uint256 i; i < RELAYS; ++i) {
            sum += STAKING.relayOf(node(i)).stake;
        }
    }

    function credits() public view returns (uint256 sum) {
        for (uint256 i; i < REPORTERS; ++i) {
            sum += STAKING.creditOf(reporter(i));
        }
        sum += uint256(STAKING.burnDue()) + STAKING.treasuryDue();
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
