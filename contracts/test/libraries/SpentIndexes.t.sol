// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {SpentIndexes} from "../../src/libraries/SpentIndexes.sol";

contract SpentIndexesTest is Test {
    using SpentIndexes for mapping(uint256 => uint256);
    using SpentIndexes for SpentIndexes.Cursor;

    mapping(uint256 => uint256) private words;
    /// @dev What a set without recycling would hold.
    mapping(uint256 epoch => mapping(uint256 index => bool)) private model;

    function _cursor() private pure returns (SpentIndexes.Cursor memory cursor) {
        cursor.key = SpentIndexes.NOWHERE;
    }

    function _spend(uint256 epoch, uint256 index) private returns (bool fresh) {
        SpentIndexes.Cursor memory cursor = _cursor();
        uint256 bit = words.seek(cursor, epoch, index);
        fresh = bit != 0;
        if (fresh) cursor.spend(bit);
        words.flush(cursor);
    }

    function test_words_of_two_live_epochs_are_apart() public {
        assertTrue(_spend(10, 5));
        assertTrue(_spend(11, 5));
        assertFalse(_spend(10, 5));
        assertFalse(_spend(11, 5));
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

    function test_a_look_at_a_dead_word_does_not_write() public {
        _spend(10, 5);
        SpentIndexes.Cursor memory cursor = _cursor();
        vm.record();
        assertEq(words.seek(cursor, 12, 5), 1 << 5);
        words.flush(cursor);
        (, bytes32[] memory writes) = vm.accesses(address(this));
        assertEq(writes.length, 0);
    }

    function test_the_greatest_index_and_epoch_fit() public {
        uint256 epoch = type(uint32).max;
        uint256 index = type(uint32).max;
        assertTrue(_spend(epoch, index));
        assertFalse(_spend(epoch, index));
        assertTrue(_spend(epoch, index - 1));
        assertTrue(_spend(epoch - 1, index));
        assertTrue(words.isSpent(epoch, index));
    }

    /// @dev Against the model, over many epochs and with one cursor for several steps: no replay, and no index lost.
    function testFuzz_recycling_never_forgets_a_live_index(uint256[32] memory seeds) public {
        uint256 epoch = 100;
        SpentIndexes.Cursor memory cursor = _cursor();
        for (uint256 i; i < seeds.length; ++i) {
            uint256 seed = seeds[i];
            if (seed % 5 == 0) {
                words.flush(cursor);
                cursor = _cursor();
                epoch += (seed >> 8) % 4;
            }
            uint256 named = epoch - ((seed >> 16) & 1);
            uint256 index = (seed >> 32) % 500;
            uint256 bit = words.seek(cursor, named, index);
            assertEq(bit == 0, model[named][index], "as the model says");
            if (bit != 0 && seed % 3 != 0) {
                cursor.spend(bit);
                model[named][index] = true;
            }
        }
    }
}
