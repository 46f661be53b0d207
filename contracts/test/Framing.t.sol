// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignedHead, SignedReceipt} from "../src/interfaces/IFraudProofs.sol";
import {Receipt as ServedReceipt} from "../src/interfaces/IRelayStaking.sol";
import {Head} from "../src/interfaces/IStreamKeys.sol";
import {FraudFixture} from "./helpers/FraudFixture.sol";

/// @notice Whoever does what a contract lets him do: an honest relay keeps its stake, and a broadcaster who signs one window once keeps its key.
contract FramingTest is FraudFixture {
    uint256 private constant ROUNDS = 8;

    SignedHead[] private _heads;
    SignedReceipt[] private _receipts;
    uint256[] private _signers;
    address private _owner;

    function setUp() public override {
        super.setUp();
        _owner = broadcaster;
        _signers.push(signerKey);
    }

    function _next(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    /* RELAYS */

    /// @dev The broadcaster signs any further heads, delegates, revokes, re-delegates and sells the stream; the relay signs the root of whatever it verified.
    /// No pair of a head and a receipt then slashes it, nor does one with changed fields.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_an_honest_relay_cannot_be_framed(uint256 seed) public {
        for (uint256 i; i < ROUNDS; ++i) {
            seed = _next(seed);
            _broadcasterActs(seed);
            Head memory head = _someHead(seed >> 16);
            SignedHead memory signed = _signed(head, _signers[seed % _signers.length]);
            _heads.push(signed);
            // The relay serves a head only when its key is delegated: it is free to sign either way.
            _receipts.push(_signed(_receipt(head, head.root)));
            vm.warp(vm.getBlockTimestamp() + (seed >> 32) % 3600);
        }
        for (uint256 i; i < ROUNDS; ++i) {
            for (uint256 j; j < ROUNDS; ++j) {
                _tryToSlash(_heads[i], _receipts[j]);
                _tryToSlash(_heads[i], _changed(_receipts[j], _heads[i], seed));
            }
        }
        assertEq(staking.relayOf(relay).stake, STAKE);
    }

    function _broadcasterActs(uint256 seed) private {
        uint256 act = seed % 5;
        uint256 key = 50_000 + (seed >> 8) % 4;
        vm.startPrank(_owner);
        if (act == 0) {
            try keys.delegate(stream, vm.addr(key), uint64(seed >> 40) % 1e9, type(uint64).max) {
                _signers.push(key);
            } catch {}
        } else if (act == 1) {
            try keys.revoke(stream, vm.addr(_signers[seed % _signers.length])) {} catch {}
        } else if (act == 2) {
            address buyer = vm.addr(60_000 + seed % 3);
            if (buyer != _owner) keys.transferFrom(_owner, buyer, stream);
            _owner = buyer;
        }
        vm.stopPrank();
    }

    /// @dev Few values, so that heads of one place with different contents are common.
    function _someHead(uint256 seed) private view returns (Head memory head) {
        head = _head(bytes32(seed % 3));
        (head.window, head.count, head.flags) = (uint32(seed >> 8) % 2, uint16(seed >> 16) % 2, uint8(seed >> 24) % 2);
        head.prev = bytes32((seed >> 32) % 2);
        head.time = _now() - uint64(seed >> 40) % 1000;
    }

    /// @dev What others can do to an honest receipt: change it, or sign another one in its place.
    function _changed(SignedReceipt memory honest, SignedHead memory head, uint256 seed)
        private
        view
        returns (SignedReceipt memory changed)
    {
        changed = abi.decode(abi.encode(honest), (SignedReceipt));
        ServedReceipt memory receipt = changed.receipt;
        if (seed & 1 == 0) receipt.servedRoot = bytes32(seed);
        if (seed & 2 == 0) receipt.headDigest = _digest(head.head);
        if (seed & 4 == 0) changed = _signed(receipt, _signers[seed % _signers.length]);
        if (seed & 7 == 7) changed = _signed(receipt, signerKey);
    }

    function _tryToSlash(SignedHead memory head, SignedReceipt memory receipt) private {
        if (receipt.receipt.relay != relay) return;
        try fraudProofs.proveFalseReceipt(head, receipt, reporter) {
            assertTrue(false, "an honest relay was slashed");
        } catch {}
    }

    /* BROADCASTERS */

    /// @dev One window that grows honestly, told by any of its heads, and the windows, tracks and runs after it: nobody turns them into an offence.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_an_honest_broadcaster_cannot_be_framed(uint256 seed) public {
        for (uint256 i; i < 8; ++i) {
            seed = _next(seed);
            Head memory head = _honest(uint32(seed % 2), uint16(1 + (seed >> 8) % 5), (seed >> 16) % 2 == 0);
            _heads.push(_signed(head));
        }
        for (uint256 i; i < _heads.length; ++i) {
            for (uint256 j; j < _heads.length; ++j) {
                _tryToRevoke(_heads[i], _heads[j], seed = _next(seed));
            }
        }
        assertFalse(fraudProofs.isKeyPunished(stream, signer));
        (, uint64 until) = keys.delegationOf(stream, signer);
        assertEq(until, type(uint64).max);
    }

    /// @dev The head over `count` of a window's 5 parts; only the whole window's may be the last one, which repeats count and root.
    function _honest(uint32 window, uint16 count, bool last) private view returns (Head memory head) {
        bytes32[] memory nodes = _nodes(count);
        for (uint256 i; i < count; ++i) {
            nodes[i] = sha256(abi.encode(nodes[i], window));
        }
        head = _headOver(nodes);
        (head.window, head.prev) = (window, bytes32(uint256(window)));
        if (last && count == 5) (head.flags, head.time) = (1, head.time + 100);
    }

    function _tryToRevoke(SignedHead memory first, SignedHead memory second, uint256 seed) private {
        try fraudProofs.proveEquivocation(first, second) {
            assertTrue(false, "equivocation");
        } catch {}
        try fraudProofs.provePartsBeyondLast(first, second) {
            assertTrue(false, "parts beyond the last head");
        } catch {}
        bytes32[] memory nodes = _nodes(5);
        for (uint256 i; i < 5; ++i) {
            nodes[i] = sha256(abi.encode(nodes[i], uint256(first.head.window)));
        }
        (uint16 index, uint256 other) = (uint16(seed % 5), (seed >> 8) % 5);
        bytes32[] memory some = _nodes(second.head.count);
        if (other >= some.length) return;
        try fraudProofs.proveConflictingParts(first, _proof(nodes, index), second, _proof(some, other), index) {
            assertTrue(false, "conflicting parts");
        } catch {}
    }

    /// @dev An owner cannot make another's key an offender of his stream: he has no signature of it.
    function test_an_owner_who_delegates_a_strangers_key_frames_nobody() public {
        (address stranger, uint256 strangersKey) = makeAddrAndKey("another broadcaster's key");
        vm.prank(broadcaster);
        keys.delegate(stream, stranger, 0, type(uint64).max);
        // What the stranger signed is of another stream; the same heads named for this one have no signature.
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        (a.stream, b.stream) = (stream + 1, stream + 1);
        (SignedHead memory first, SignedHead memory second) = (_signed(a, strangersKey), _signed(b, strangersKey));
        vm.expectRevert();
        fraudProofs.proveEquivocation(first, second);
        (first.head.stream, second.head.stream) = (stream, stream);
        vm.expectRevert();
        fraudProofs.proveEquivocation(first, second);
        assertFalse(fraudProofs.isKeyPunished(stream, stranger));
    }

    /// @dev The mark of a former owner's key names that key, and the new owner's keys go on.
    function test_a_former_owner_who_offends_ends_no_key_of_the_new_one() public {
        (address fresh,) = makeAddrAndKey("the buyer's key");
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        vm.warp(vm.getBlockTimestamp() + 1 hours);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        vm.prank(alice);
        keys.delegate(stream, fresh, 0, type(uint64).max);
        fraudProofs.proveEquivocation(_signed(a), _signed(b));
        assertTrue(fraudProofs.isKeyPunished(stream, signer));
        assertFalse(fraudProofs.isKeyPunished(stream, fresh));
        (, uint64 until) = keys.delegationOf(stream, fresh);
        assertEq(until, type(uint64).max);
    }
}
