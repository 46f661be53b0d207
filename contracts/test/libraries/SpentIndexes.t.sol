// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Batch, Batches} from "../../src/libraries/Batches.sol";
import {SpentIndexes} from "../../src/libraries/SpentIndexes.sol";

contract SpentIndexesTest is Test {
    using Batches for Batch;
    using SpentIndexes for mapping(uint256 => uint256);

    mapping(uint256 => uint256) private words;
    /// @dev What a set without recycling would hold.
    mapping(uint256 epoch => mapping(uint256 index => bool)) private model;

    /// @dev Whether the index was free in a live epoch; then it is used now.
    function _spend(Batch memory batch, uint256 epoch, uint256 index) private returns (bool) {
        (uint256 place, uint256 bit) = SpentIndexes.placeOf((index << 32) | epoch);
        if (place != batch.place && !batch.seekSpent(words, place)) return false;
        if (batch.spent & bit != 0) return false;
        batch.spent |= bit;
        return true;
    }

    function _spend(uint256 current, uint256 epoch, uint256 index) private returns (bool fresh) {
        Batch memory batch = Batches.begin(0, current);
        fresh = _spend(batch, epoch, index);
        batch.flushSpent();
    }

    function _spend(uint256 epoch, uint256 index) private returns (bool) {
        return _spend(epoch, epoch, index);
    }

    function test_words_of_two_live_epochs_are_apart() public {
        assertTrue(_spend(11, 10, 5));
        assertTrue(_spend(11, 11, 5));
        assertFalse(_spend(11, 10, 5));
        assertFalse(_spend(11, 11, 5));
    }

    function test_only_the_current_epoch_and_the_one_before_are_live() public {
        assertFalse(_spend(11, 9, 5));
        assertFalse(_spend(11, 12, 5));
        assertFalse(_spend(11, type(uint32).max, 5));
        assertFalse(_spend(0, type(uint32).max, 5));
        assertTrue(_spend(11, 10, 5));
        assertTrue(_spend(0, 0, 5));
    }

    function test_a_dead_epochs_word_is_taken_over_without_a_new_slot() public {
        assertTrue(_spend(10, 5));
        assertTrue(_spend(10, 6));
        vm.record();
        assertTrue(_spend(12, 6));
        (, bytes32[] memory writes) = vm.accesses(address(this));
        assertEq(writes.length, 1);
        assertTrue(words.isSpent(12, 6));
        assertFalse(words.isSpent(12, 5));
        assertFalse(words.isSpent(10, 5));
    }

    function test_a_refused_epoch_touches_no_word() public {
        _spend(10, 5);
        vm.record();
        assertFalse(_spend(12, 10, 5));
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(this));
        assertEq(reads.length, 0);
        assertEq(writes.length, 0);
    }

    function test_the_greatest_index_and_epoch_fit() public {
        uint256 epoch = type(uint32).max;
        uint256 index = type(uint32).max;
        assertTrue(_spend(epoch, index));
        assertFalse(_spend(epoch, index));
        assertTrue(_spend(epoch, index - 1));
        assertTrue(_spend(epoch, epoch - 1, index));
        assertTrue(words.isSpent(epoch, index));
    }

    /// @dev Two indexes share a bit of a word only if they are one, whatever stands above the low half of `fields`.
    function testFuzz_no_two_indexes_share_a_bit(uint256 left, uint256 right) public pure {
        (uint256 leftPlace, uint256 leftBit) = SpentIndexes.placeOf(left);
        (uint256 rightPlace, uint256 rightBit) = SpentIndexes.placeOf(right);
        bool same = uint64(left) == uint64(right);
        assertEq(leftPlace == rightPlace && leftBit == rightBit, same);
        assertTrue(leftBit != 0 && leftBit >> SpentIndexes.BITS == 0 && leftBit & (leftBit - 1) == 0);
    }

    /// @dev Against the model, over many epochs and with one batch for several steps: no replay, and no index lost.
    function testFuzz_recycling_never_forgets_a_live_index(uint256[32] memory seeds) public {
        uint256 epoch = 100;
        Batch memory batch = Batches.begin(0, epoch);
        for (uint256 i; i < seeds.length; ++i) {
            uint256 seed = seeds[i];
            if (seed % 5 == 0) {
                batch.flushSpent();
                epoch += (seed >> 8) % 4;
                batch = Batches.begin(0, epoch);
            }
            uint256 named = epoch - ((seed >> 16) & 1);
            uint256 index = (seed >> 32) % 500;
            assertEq(_spend(batch, named, index), !model[named][index], "as the model says");
            model[named][index] = true;
        }
    }
}
