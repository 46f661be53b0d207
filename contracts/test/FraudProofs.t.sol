// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FraudProofs} from "../src/FraudProofs.sol";
import {KeyOffence, PartProof, SignedHead, SignedReceipt} from "../src/interfaces/IFraudProofs.sol";
import {Receipt as ServedReceipt} from "../src/interfaces/IRelayStaking.sol";
import {Head} from "../src/interfaces/IStreamKeys.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {FraudFixture} from "./helpers/FraudFixture.sol";

/// @dev A cheat code that this forge-std does not list.
interface ISignWithNonce {
    function signWithNonceUnsafe(uint256 key, bytes32 digest, uint256 nonce)
        external
        pure
        returns (uint8 v, bytes32 r, bytes32 s);
}

contract FraudProofsTest is FraudFixture {
    uint256 private constant WINDOW = 7 days;

    function _slash(SignedHead memory head, SignedReceipt memory receipt) private returns (uint256) {
        vm.prank(keeper);
        return fraudProofs.proveFalseReceipt(head, receipt, reporter);
    }

    function _end() private view returns (uint64 until) {
        (, until) = keys.delegationOf(stream, signer);
    }

    /* SET-UP */

    function test_it_judges_for_two_contracts_that_name_it_and_half_of_the_unbonding_time() public {
        assertEq(address(fraudProofs.STREAM_KEYS()), address(keys));
        assertEq(address(fraudProofs.RELAY_STAKING()), address(staking));
        assertEq(fraudProofs.WINDOW_SECONDS(), WINDOW);
        vm.expectRevert(Errors.BadConfig.selector);
        new FraudProofs(address(keys), address(staking));
    }

    /* FALSE RECEIPTS */

    function test_a_false_receipt_slashes_in_the_same_transaction() public {
        Head memory head = _head("root");
        vm.expectEmit(address(staking));
        emit Events.Slashed(relay, reporter, 20e6, 50e6, 30e6);
        vm.expectEmit(address(fraudProofs));
        emit Events.FalseReceiptProven(relay, _digest(head), reporter, 100e6);
        assertEq(_slash(_signed(head), _lie(head)), 100e6);
        assertEq(staking.relayOf(relay).stake, 100e6);
        assertEq(staking.creditOf(reporter), 20e6);
        assertEq(staking.creditOf(keeper), 0, "the reporter is named, not the sender");
        assertTrue(fraudProofs.isRelayPunished(relay, _digest(head)));
    }

    /// @dev One wrong window shown to many viewers is one mistake.
    function test_one_head_is_one_offence_however_many_purses_got_a_receipt() public {
        Head memory head = _head("root");
        _slash(_signed(head), _lie(head));
        for (uint160 i = 1; i < 100; ++i) {
            ServedReceipt memory other = _receipt(head, bytes32(uint256(i)));
            (other.purse, other.byteLength) = (address(i), uint64(i));
            vm.expectRevert(Errors.AlreadyPunished.selector);
            _slash(_signed(head), _signed(other));
        }
        assertEq(staking.relayOf(relay).stake, 100e6);
        head.window += 1;
        _slash(_signed(head), _lie(head));
        assertEq(staking.relayOf(relay).stake, 50e6, "another window is another offence");
    }

    /// @dev ECDSA lets a key sign one digest in many ways.
    function test_another_signature_over_the_same_bytes_is_the_same_offence() public {
        Head memory head = _head("root");
        _slash(_signed(head), _lie(head));
        SignedReceipt memory again =
            SignedReceipt(_lie(head).receipt, _signOtherwise(relayKey, _digest(_lie(head).receipt)));
        assertTrue(keccak256(again.signature) != keccak256(_lie(head).signature));
        vm.expectRevert(Errors.AlreadyPunished.selector);
        _slash(_signed(head), again);
    }

    function _signOtherwise(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = ISignWithNonce(address(vm)).signWithNonceUnsafe(key, digest, 12_345);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        return uint256(s) > order / 2 ? abi.encodePacked(r, order - uint256(s), 55 - v) : abi.encodePacked(r, s, v);
    }

    function test_a_relay_that_is_not_registered_is_punished_when_it_comes_back_in_time() public {
        Head memory head = _head("root");
        vm.prank(alice);
        staking.unbond(relay, STAKE);
        vm.warp(vm.getBlockTimestamp() + 14 days);
        (SignedHead memory signed, SignedReceipt memory lie) = (_signed(head), _lie(head));
        vm.prank(alice);
        staking.withdraw(relay, alice);
        vm.expectRevert(Errors.NotRegistered.selector);
        _slash(signed, lie);
        assertFalse(fraudProofs.isRelayPunished(relay, _digest(head)));
        _register(STAKE);
        assertEq(_slash(signed, lie), 100e6);
    }

    function test_a_head_that_no_delegated_key_signed_proves_nothing() public {
        Head memory head = _head("root");
        uint64 time = head.time / 1000;
        vm.expectRevert(abi.encodeWithSelector(Errors.NotSigningKey.selector, stream, viewer, time));
        _slash(_signed(head, viewerKey), _lie(head));
        head.stream = stream + 1;
        vm.expectRevert(abi.encodeWithSelector(Errors.NotSigningKey.selector, stream + 1, signer, time));
        _slash(_signed(head), _lie(head));
    }

    /// @dev A signature for another chain or contract recovers to some other key.
    function test_signatures_of_another_chain_prove_nothing() public {
        Head memory head = _head("root");
        (SignedHead memory signed, SignedReceipt memory lie) = (_signed(head), _lie(head));
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(Errors.ReceiptNotByRelay.selector);
        _slash(signed, lie);
        vm.expectPartialRevert(Errors.DifferentSigners.selector);
        fraudProofs.proveEquivocation(signed, _signed(_head("other")));
    }

    /* SIGNING KEYS */

    function _equivocate() private view returns (SignedHead memory, SignedHead memory) {
        return (_signed(_head("a")), _signed(_head("b")));
    }

    function test_an_equivocation_revokes_the_key_and_marks_the_stream() public {
        (SignedHead memory first, SignedHead memory second) = _equivocate();
        vm.expectEmit(address(fraudProofs));
        emit Events.KeyOffenceProven(
            stream, signer, uint8(KeyOffence.Equivocation), _digest(first.head), _digest(second.head)
        );
        vm.prank(keeper);
        fraudProofs.proveEquivocation(first, second);
        assertEq(_end(), vm.getBlockTimestamp());
        assertTrue(fraudProofs.isKeyPunished(stream, signer));
        (uint32 count, uint64 time, address key) = keys.offencesOf(stream);
        assertEq(count, 1);
        assertEq(time, vm.getBlockTimestamp());
        assertEq(key, signer);
        vm.prank(broadcaster);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegate(stream, signer, 0, type(uint64).max);
    }

    function test_both_orders_and_further_offences_of_a_key_count_once() public {
        (SignedHead memory first, SignedHead memory second) = _equivocate();
        fraudProofs.proveEquivocation(first, second);
        vm.expectRevert(Errors.AlreadyPunished.selector);
        fraudProofs.proveEquivocation(second, first);
        Head memory last = _head("a");
        (last.window, last.flags) = (8, 1);
        Head memory beyond = _head("a");
        (beyond.window, beyond.count) = (8, 21);
        vm.expectRevert(Errors.AlreadyPunished.selector);
        fraudProofs.provePartsBeyondLast(_signed(last), _signed(beyond));
        (uint32 count,,) = keys.offencesOf(stream);
        assertEq(count, 1);
    }

    function test_conflicting_parts_revoke_the_key() public {
        (bytes32[] memory nodes, bytes32[] memory others) = (_nodes(20), _nodes(33));
        others[13] = "another part";
        (SignedHead memory first, SignedHead memory second) = (_signed(_headOver(nodes)), _signed(_headOver(others)));
        vm.expectEmit(address(fraudProofs));
        emit Events.KeyOffenceProven(
            stream, signer, uint8(KeyOffence.ConflictingParts), _digest(first.head), _digest(second.head)
        );
        fraudProofs.proveConflictingParts(first, _proof(nodes, 13), second, _proof(others, 13), 13);
        assertEq(_end(), vm.getBlockTimestamp());
    }

    function test_parts_beyond_a_last_head_revoke_the_key() public {
        Head memory last = _head("a");
        last.flags = 1;
        Head memory beyond = _head("b");
        beyond.count = 21;
        vm.expectEmit(address(fraudProofs));
        emit Events.KeyOffenceProven(stream, signer, uint8(KeyOffence.PartsBeyondLast), _digest(last), _digest(beyond));
        fraudProofs.provePartsBeyondLast(_signed(last), _signed(beyond));
        assertEq(_end(), vm.getBlockTimestamp());
    }

    function test_a_key_that_ended_since_is_punished_for_what_it_signed_before() public {
        (SignedHead memory first, SignedHead memory second) = _equivocate();
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.prank(broadcaster);
        keys.revoke(stream, signer);
        uint64 until = _end();
        vm.warp(vm.getBlockTimestamp() + 1 days);
        fraudProofs.proveEquivocation(first, second);
        assertEq(_end(), until, "what has ended stays as it was");
        (uint32 count,,) = keys.offencesOf(stream);
        assertEq(count, 1);
    }

    /// @dev Heads that are dated after the end are nobody's; backdated ones count for WINDOW_SECONDS after the end, which docs/contracts says.
    function test_after_its_end_a_key_offends_by_backdated_heads_only_and_only_for_the_window() public {
        vm.warp(vm.getBlockTimestamp() + 10);
        vm.prank(broadcaster);
        keys.revoke(stream, signer);
        uint64 until = _end();
        (SignedHead memory first, SignedHead memory second) = _equivocate();
        vm.expectRevert(abi.encodeWithSelector(Errors.NotSigningKey.selector, stream, signer, until));
        fraudProofs.proveEquivocation(first, second);
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        (a.time, b.time) = ((until - 1) * 1000, (until - 1) * 1000);
        vm.warp(until + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(Errors.EvidenceTooOld.selector, until - 1));
        fraudProofs.proveEquivocation(_signed(a), _signed(b));
        vm.warp(until - 1 + WINDOW);
        fraudProofs.proveEquivocation(_signed(a), _signed(b));
    }

    function test_only_fraud_proofs_marks_an_offence() public {
        vm.prank(broadcaster);
        vm.expectRevert(Errors.NotFraudProofs.selector);
        keys.markOffence(stream, signer);
    }

    /* AGE */

    /// @dev What `_checkAge` is to say of two times in seconds; no data when it accepts them.
    function _refusal(uint256 first, uint256 second) private view returns (bytes memory) {
        (uint256 older, uint256 newer) = first < second ? (first, second) : (second, first);
        if (newer + WINDOW < vm.getBlockTimestamp()) {
            return abi.encodeWithSelector(Errors.EvidenceTooOld.selector, newer);
        }
        if (older > vm.getBlockTimestamp() + 60) {
            return abi.encodeWithSelector(Errors.EvidenceFromFuture.selector, older);
        }
        return "";
    }

    /// @dev A time within the window or far from it.
    function _someTime(uint64 seed) private view returns (uint64) {
        return seed % 2 == 0
            ? uint64(bound(seed, vm.getBlockTimestamp() - 2 * WINDOW, vm.getBlockTimestamp() + 120))
            : uint64(bound(seed, 0, type(uint64).max / 1000 - 1));
    }

    /// @dev Backdating or postdating one of two times saves nobody: the relay chooses the receipt's, the broadcaster the head's.
    function testFuzz_evidence_is_as_old_as_the_newer_of_its_times(uint64 first, uint64 second, uint16 ms) public {
        vm.warp(100 days);
        (first, second) = (_someTime(first), _someTime(second));
        uint256 snapshot = vm.snapshotState();
        bytes memory refusal = _refusal(first, second);
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        (a.time, b.time) = (first * 1000 + ms % 1000, second * 1000 + ms % 1000);
        if (refusal.length != 0) vm.expectRevert(refusal);
        fraudProofs.proveEquivocation(_signed(a), _signed(b));
        vm.revertToState(snapshot);
        ServedReceipt memory receipt = _receipt(a, "lie");
        receipt.time = b.time;
        if (refusal.length != 0) vm.expectRevert(refusal);
        _slash(_signed(a), _signed(receipt));
    }

    function test_evidence_counts_to_the_last_second_of_the_window_and_from_a_minute_ahead() public {
        Head memory head = _head("root");
        uint256 time = vm.getBlockTimestamp();
        (SignedHead memory signed, SignedReceipt memory lie) = (_signed(head), _lie(head));
        uint256 snapshot = vm.snapshotState();
        vm.warp(time + WINDOW + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.EvidenceTooOld.selector, time));
        _slash(signed, lie);
        vm.warp(time + WINDOW);
        _slash(signed, lie);
        vm.revertToState(snapshot);
        vm.warp(time - 61);
        vm.expectRevert(abi.encodeWithSelector(Errors.EvidenceFromFuture.selector, time));
        _slash(signed, lie);
        vm.warp(time - 60);
        _slash(signed, lie);
    }

    /// @dev Whoever lies about the root may lie about the time too.
    function test_a_relay_escapes_by_no_time_that_it_writes_into_its_receipt() public {
        uint64[3] memory times = [uint64(0), _now() - 30 days * 1000, type(uint64).max];
        for (uint256 i; i < times.length; ++i) {
            Head memory head = _head("root");
            head.window += uint32(i);
            ServedReceipt memory receipt = _receipt(head, "lie");
            receipt.time = times[i];
            assertGt(_slash(_signed(head), _signed(receipt)), 0);
        }
    }

    /// @dev The greatest values of the types overflow nowhere.
    function test_the_end_of_time_is_only_the_future() public {
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        (a.time, b.time) = (type(uint64).max, type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(Errors.EvidenceFromFuture.selector, type(uint64).max / 1000));
        fraudProofs.proveEquivocation(_signed(a), _signed(b));
    }

    /// @dev Stake that was there when the receipt was signed is still there when the window for its proof closes.
    function test_stake_cannot_leave_before_the_window_closes() public {
        Head memory head = _head("root");
        SignedReceipt memory lie = _lie(head);
        vm.prank(alice);
        staking.unbond(relay, STAKE);
        vm.warp(vm.getBlockTimestamp() + WINDOW);
        vm.prank(alice);
        vm.expectPartialRevert(Errors.NotDue.selector);
        staking.withdraw(relay, alice);
        assertEq(_slash(_signed(head), lie), 100e6);
    }
}
