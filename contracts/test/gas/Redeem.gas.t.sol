// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {TicketBroker} from "../../src/TicketBroker.sol";
import {Group, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {Fixture} from "../helpers/Fixture.sol";

/// @notice Gas of whole transactions (intrinsic gas and calldata included) in steady state: the relay's words, all accounts, purses and the copy of
/// the terms exist. The figures are kept in `snapshots/`; a change of any of them fails.
contract RedeemGasTest is Fixture {
    /// @dev Digests contain the address, signatures the digests, and zero bytes of calldata are cheaper: a fixed one makes the figures exact.
    address private constant BROKER = 0x7469636B65742062726f6B657220206164647265;
    uint256 private constant VIEWERS = 100;
    uint256 private constant WORDS = 30;

    function setUp() public override {
        super.setUp();
        deployCodeTo("TicketBroker.sol:TicketBroker", abi.encode(_config()), BROKER);
        broker = TicketBroker(BROKER);
        for (uint256 i; i < VIEWERS; ++i) {
            _fund(vm.addr(1000 + i), 2000 + i, 15e6);
        }
        // What is written once is written here; two epochs later the words are dead and are used again.
        broker.redeem(_dense(1, VIEWERS));
        broker.redeem(_scattered(WORDS));
        vm.warp(vm.getBlockTimestamp() + 2 * DAY);
    }

    /// @dev `count` tickets, neighbouring indexes, the i-th of purse `i % viewers`.
    function _dense(uint256 viewers, uint256 count) private view returns (Group[] memory) {
        Winner[] memory winners = new Winner[](count);
        for (uint32 i; i < count; ++i) {
            winners[i] = _winner(_ticket(i), i, 2000 + (i % viewers));
        }
        return _one(_group(winners));
    }

    /// @dev `count` tickets of as many purses, whose indexes go round `WORDS` words; in the order of the words, as a relay sends them.
    function _scattered(uint256 count) private view returns (Group[] memory) {
        Winner[] memory winners = new Winner[](count);
        for (uint256 i; i < count; ++i) {
            uint32 index = uint32(224 * (1 + i * WORDS / count) + i % 224);
            winners[i] = _winner(_ticket(index), index, 2000 + i);
        }
        return _one(_group(winners));
    }

    function _redeemed(Group[] memory groups) private returns (uint256 gas) {
        vm.prank(keeper);
        bytes memory outcomes = broker.redeem(groups);
        gas = vm.lastCallGas().gasTotalUsed;
        assertEq(outcomes.length, groups[0].winners.length);
        for (uint256 i; i < outcomes.length; ++i) {
            assertEq(uint8(outcomes[i]), 0, "all are redeemed");
        }
    }

    function _measure(string memory name, Group[] memory groups) private returns (uint256 gas) {
        gas = _redeemed(groups);
        vm.snapshotValue("redeem", name, gas);
    }

    /// forge-config: default.isolate = true
    function test_gas_single() public {
        assertLe(_measure("single", _dense(1, 1)), 63_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_10_from_10_viewers() public {
        assertLe(_measure("batch10Of10Viewers", _dense(10, 10)), 10 * 17_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_50_from_one_viewer() public {
        assertLe(_measure("batch50OfOneViewer", _dense(1, 50)), 50 * 8_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_50_from_50_viewers() public {
        assertLe(_measure("batch50Of50Viewers", _dense(50, 50)), 50 * 13_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_100_from_100_viewers() public {
        assertLe(_measure("batch100Of100Viewers", _dense(100, 100)), 100 * 12_600);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_40_from_40_viewers_over_30_words() public {
        assertLe(_measure("batch40Of40ViewersOver30Words", _scattered(40)), 40 * 17_300);
    }

    /* NO NEW STORAGE */

    /// @dev How many slots of the broker a call fills that were empty.
    function _newSlots(Group[] memory groups) private returns (uint256 count) {
        vm.startStateDiffRecording();
        _redeemed(groups);
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        for (uint256 i; i < accesses.length; ++i) {
            for (uint256 j; j < accesses[i].storageAccesses.length; ++j) {
                Vm.StorageAccess memory step = accesses[i].storageAccesses[j];
                if (step.isWrite && step.previousValue == 0 && step.newValue != 0) ++count;
            }
        }
    }

    function test_no_redemption_fills_a_new_slot_in_steady_state() public {
        assertEq(_newSlots(_dense(1, 1)), 0);
        vm.warp(vm.getBlockTimestamp() + 2 * DAY);
        assertEq(_newSlots(_dense(100, 100)), 0);
        vm.warp(vm.getBlockTimestamp() + 2 * DAY);
        assertEq(_newSlots(_scattered(40)), 0);
    }

    /// @dev The count can fail: a relay's first redemption in an epoch of the other parity fills its word.
    function test_the_first_redemption_of_a_page_fills_one_slot() public {
        vm.warp(vm.getBlockTimestamp() + DAY);
        assertEq(_newSlots(_dense(1, 1)), 1);
    }
}
