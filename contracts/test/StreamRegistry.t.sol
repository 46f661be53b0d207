// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StreamRegistry} from "../src/StreamRegistry.sol";
import {Status, StreamState} from "../src/interfaces/IStreamRegistry.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {RegistryFixture} from "./helpers/RegistryFixture.sol";

contract StreamRegistryTest is RegistryFixture {
    function _start() private {
        vm.prank(node);
        registry.start(stream, RUN);
    }

    function _beat(address who, Status status) private {
        vm.prank(who);
        registry.heartbeat(stream, RUN, status, 80, 7);
    }

    function _pass(uint256 time) private {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    function _assertStatus(Status expected) private view {
        assertEq(uint8(registry.statusOf(stream)), uint8(expected), "status");
    }

    /* A STREAM'S LIFE */

    function test_a_stream_starts_beats_and_ends() public {
        _assertStatus(Status.Offline);
        assertFalse(registry.isLive(stream));
        vm.expectEmit(address(registry));
        emit Events.StreamStarted(stream, node, RUN);
        _start();
        assertTrue(registry.isLive(stream));
        _pass(60);
        vm.expectEmit(address(registry));
        emit Events.StatusChanged(stream, RUN, uint8(Status.Degraded));
        _beat(node, Status.Degraded);
        assertTrue(registry.isLive(stream));
        StreamState memory state = registry.stateOf(stream);
        assertEq(state.run, RUN);
        assertEq(state.startedAt, vm.getBlockTimestamp() - 60);
        assertEq(state.beatAt, vm.getBlockTimestamp());
        assertEq(state.viewers, 7);
        assertEq(state.health, 80);
        assertEq(uint8(state.status), uint8(Status.Degraded));
        vm.expectEmit(address(registry));
        emit Events.StreamEnded(stream, RUN);
        vm.prank(node);
        registry.end(stream, RUN);
        assertFalse(registry.isLive(stream));
        _assertStatus(Status.Ended);
        assertEq(registry.stateOf(stream).viewers, 0);
        assertEq(registry.stateOf(stream).health, 0);
    }

    function test_a_paused_stream_is_not_live_and_goes_on() public {
        _start();
        _beat(node, Status.Paused);
        assertFalse(registry.isLive(stream));
        _assertStatus(Status.Paused);
        _beat(node, Status.Live);
        assertTrue(registry.isLive(stream));
    }

    function test_a_beat_that_changes_no_status_emits_nothing() public {
        _start();
        vm.recordLogs();
        _beat(node, Status.Live);
        assertEq(vm.getRecordedLogs().length, 0);
        _beat(node, Status.Paused);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_silence_reads_as_offline_and_a_beat_ends_it() public {
        _start();
        _pass(registry.MAX_SILENCE());
        assertTrue(registry.isLive(stream));
        _pass(1);
        assertFalse(registry.isLive(stream));
        _assertStatus(Status.Offline);
        assertEq(uint8(registry.stateOf(stream).status), uint8(Status.Live), "what was said stays readable");
        _beat(node, Status.Live);
        assertTrue(registry.isLive(stream));
    }

    function test_an_ended_run_stays_ended_and_may_start_again() public {
        _start();
        vm.startPrank(node);
        registry.end(stream, RUN);
        _pass(1000);
        _assertStatus(Status.Ended);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongRun.selector, 0));
        registry.heartbeat(stream, RUN, Status.Live, 100, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongRun.selector, 0));
        registry.end(stream, RUN);
        registry.start(stream, RUN);
        assertTrue(registry.isLive(stream));
    }

    function test_a_replaced_process_cannot_speak_for_its_successor() public {
        _start();
        _pass(10);
        vm.startPrank(node);
        registry.start(stream, RUN + 10_000);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongRun.selector, RUN + 10_000));
        registry.heartbeat(stream, RUN, Status.Live, 100, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongRun.selector, RUN + 10_000));
        registry.end(stream, RUN);
    }

    function test_a_stream_that_never_started_has_no_run() public {
        vm.startPrank(node);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongRun.selector, 0));
        registry.heartbeat(stream, 0, Status.Live, 100, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongRun.selector, 0));
        registry.end(stream, 0);
        assertEq(registry.stateOf(stream).run, 0);
    }

    function testFuzz_a_run_is_a_start_time_and_not_in_the_future(uint64 run) public {
        bool good = run != 0 && run <= RUN + 60_000;
        if (!good) vm.expectRevert(Errors.BadRun.selector);
        vm.prank(node);
        registry.start(stream, run);
        assertEq(registry.stateOf(stream).run, good ? run : 0);
    }

    function testFuzz_a_beat_says_one_of_three_things(uint8 status, uint8 health, uint32 viewers) public {
        status = uint8(bound(status, 0, 4));
        _start();
        bool good = status >= 1 && status <= 3 && health <= 100;
        if (!good) vm.expectRevert(Errors.BadBeat.selector);
        vm.prank(node);
        registry.heartbeat(stream, RUN, Status(status), health, viewers);
        if (!good) return;
        StreamState memory state = registry.stateOf(stream);
        assertEq(uint8(state.status), status);
        assertEq(state.health, health);
        assertEq(state.viewers, viewers);
        assertEq(state.run, RUN);
    }

    function test_the_state_is_one_storage_slot() public {
        vm.record();
        _start();
        (, bytes32[] memory writes) = vm.accesses(address(registry));
        assertGt(writes.length, 0);
        for (uint256 i; i < writes.length; ++i) {
            assertEq(writes[i], writes[0]);
        }
    }

    /* WHO MAY SPEAK */

    function _expectSilence(address who) private {
        vm.startPrank(who);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        registry.start(stream, RUN);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        registry.heartbeat(stream, RUN, Status.Live, 100, 0);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        registry.end(stream, RUN);
        vm.stopPrank();
    }

    function test_the_owner_and_his_signing_keys_speak_and_nobody_else() public {
        vm.prank(broadcaster);
        registry.start(stream, RUN);
        _beat(node, Status.Live);
        _beat(broadcaster, Status.Live);
        _expectSilence(keeper);
        _expectSilence(payee);
    }

    function test_nobody_speaks_for_a_stream_that_does_not_exist() public {
        vm.prank(broadcaster);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        registry.start(99, RUN);
    }

    function test_a_revoked_key_falls_silent() public {
        _start();
        vm.prank(broadcaster);
        keys.revoke(stream, node);
        _expectSilence(node);
    }

    function test_a_key_falls_silent_when_its_delegation_ends() public {
        _start();
        _pass(DAY - 1);
        _beat(node, Status.Live);
        _pass(1);
        _expectSilence(node);
    }

    function test_a_sold_key_cannot_beat_any_more() public {
        _start();
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        _expectSilence(node);
        _expectSilence(broadcaster);
        vm.prank(alice);
        registry.start(stream, RUN + 1);
        assertTrue(registry.isLive(stream));
    }

    function test_the_renter_speaks_while_his_rental_runs_and_no_longer() public {
        _start();
        _rent(renter, 1);
        _expectSilence(node);
        _expectSilence(broadcaster);
        vm.prank(renter);
        registry.start(stream, RUN);
        uint64 now_ = uint64(vm.getBlockTimestamp());
        vm.prank(renter);
        keys.delegate(stream, keeper, now_, now_ + DAY);
        _pass(DAY - 1);
        _beat(renter, Status.Live);
        _beat(keeper, Status.Live);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        _beat(keeper, Status.Live);
        _pass(1);
        _expectSilence(renter);
        _expectSilence(keeper);
        vm.prank(alice);
        registry.start(stream, RUN);
    }

    function test_a_run_of_the_owner_blocks_no_renter() public {
        vm.prank(broadcaster);
        registry.start(stream, RUN + 60_000);
        _rent(renter, 1);
        vm.prank(renter);
        registry.start(stream, RUN - 5_000_000);
        assertEq(registry.stateOf(stream).run, RUN - 5_000_000);
    }

    function test_it_needs_the_keys() public {
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamRegistry(address(0));
    }
}
