// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Purse} from "../../src/interfaces/ITicketBroker.sol";
import {Batch, Batches} from "../../src/libraries/Batches.sol";
import {Purses} from "../../src/libraries/Purses.sol";

contract PursesLibraryTest is Test {
    using Batches for Batch;

    mapping(address viewingKey => Purse) private purses;

    function _words() private pure returns (mapping(address => uint256) storage words) {
        assembly ("memory-safe") {
            words.slot := purses.slot
        }
    }

    /// @dev The compiler's own layout of `Purse` is the one that the library packs and unpacks.
    function testFuzz_take_moves_the_amount_and_nothing_else(Purse memory purse, uint256 amount) public {
        vm.assume(purse.owner != address(0));
        purse.exiting = uint32(bound(purse.exiting, 0, purse.balance));
        purse.exitAt = purse.exiting == 0 ? 0 : uint32(bound(purse.exitAt, 1, type(uint32).max));
        purses[address(this)] = purse;
        uint256 left = Purses.take(_words()[address(this)], amount);
        if (amount > purse.balance) {
            assertEq(left, 0, "holds less");
            return;
        }
        _words()[address(this)] = left;
        Purse memory rest = purses[address(this)];
        assertEq(rest.owner, purse.owner);
        assertEq(rest.balance, purse.balance - amount);
        // Leaving money is spent last.
        assertEq(rest.exiting, purse.exiting < rest.balance ? purse.exiting : rest.balance);
        assertEq(rest.exitAt, rest.exiting == 0 ? 0 : purse.exitAt);
    }

    function test_no_purse_has_nothing_to_take() public pure {
        assertEq(Purses.take(0, 1), 0);
    }

    function test_the_purse_in_hand_is_written_when_the_next_is_taken_and_an_absent_one_never() public {
        purses[address(1)] = Purse(address(this), 100, 0, 0);
        Batch memory batch = Batches.begin(0, 0);
        batch.seekPurse(_words(), address(1));
        batch.purse = Purses.take(batch.purse, 40);
        assertEq(purses[address(1)].balance, 100);
        batch.seekPurse(_words(), address(2));
        assertEq(purses[address(1)].balance, 60);
        assertEq(batch.purse, 0);
        vm.record();
        batch.flushPurse();
        (, bytes32[] memory writes) = vm.accesses(address(this));
        assertEq(writes.length, 0);
    }
}
