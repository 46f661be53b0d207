// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Measure, Report, Score} from "../../src/interfaces/ISLAOracle.sol";
import {Reports} from "../../src/libraries/Reports.sol";
import {Scores} from "../../src/libraries/Scores.sol";
import {ServiceLevel} from "../../src/libraries/ServiceLevel.sol";

contract ServiceLevelTest is Test {
    using Reports for mapping(uint256 => uint256);
    using Scores for mapping(uint256 => uint256);

    mapping(uint256 => uint256) private words;

    /* MEDIANS AND RAMPS */

    function testFuzz_half_of_the_values_lie_on_either_side_of_the_median(uint32[15] memory values, uint256 count)
        public
        pure
    {
        count = bound(count, 1, 15);
        uint256[] memory list = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = values[i];
        }
        uint256 median = ServiceLevel.median(list);
        uint256 below;
        uint256 above;
        for (uint256 i; i < count; ++i) {
            assertEq(list[i], values[i], "the list stays as it is");
            if (list[i] < median) ++below;
            if (list[i] > median) ++above;
        }
        assertLe(below, count / 2);
        assertLe(above, count / 2);
    }

    function test_median_of_one_two_and_three() public pure {
        uint256[] memory list = new uint256[](1);
        list[0] = 7;
        assertEq(ServiceLevel.median(list), 7);
        list = new uint256[](2);
        (list[0], list[1]) = (8, 3);
        assertEq(ServiceLevel.median(list), 5, "rounded down");
        list = new uint256[](3);
        (list[0], list[1], list[2]) = (9, 1, 4);
        assertEq(ServiceLevel.median(list), 4);
    }

    function testFuzz_a_ramp_is_full_at_full_and_nothing_at_zero_on_either_side(uint32 full, uint32 zero, uint32 value)
        public
        pure
    {
        vm.assume(full != zero);
        Measure memory measure = Measure(full, zero, 1);
        assertEq(ServiceLevel.ramp(full, measure), 10_000);
        assertEq(ServiceLevel.ramp(zero, measure), 0);
        uint256 score = ServiceLevel.ramp(value, measure);
        assertLe(score, 10_000);
        uint256 better = full < zero ? (value == 0 ? 0 : value - 1) : uint256(value) + 1;
        assertGe(ServiceLevel.ramp(better, measure), score);
    }

    function test_distance_counts_both_ways() public pure {
        assertTrue(ServiceLevel.isWithin(90, 100, 10));
        assertTrue(ServiceLevel.isWithin(110, 100, 10));
        assertFalse(ServiceLevel.isWithin(89, 100, 10));
        assertFalse(ServiceLevel.isWithin(111, 100, 10));
    }

    /* WORDS */

    function put(Report calldata report, uint256 place) external returns (bool) {
        return words.put(report, place);
    }

    function testFuzz_reports_of_all_places_and_epochs_keep_apart(uint32 epoch, uint16 mask, uint32 seed) public {
        for (uint256 place; place < 15; ++place) {
            if ((mask >> place) & 1 == 0) continue;
            assertTrue(this.put(_report(epoch, seed, place), place));
            assertFalse(this.put(_report(epoch, ~seed, place), place), "one each");
        }
        (bool elsewhere,,,) = words.get(epoch ^ 1, 0);
        assertFalse(elsewhere);
        Reports.Table memory table = words.take(epoch);
        uint256 found;
        for (uint256 place; place < 15; ++place) {
            if ((mask >> place) & 1 == 0) continue;
            Report memory expected = _report(epoch, seed, place);
            assertEq(table.places[found], place);
            assertEq(table.latencies[found], expected.latencyMs);
            assertEq(table.vmafs[found], expected.vmafCenti);
            assertEq(table.uptimes[found], expected.uptimeBps);
            ++found;
        }
        assertEq(table.places.length, found);
        assertEq(words.take(epoch).places.length, 0, "taken is gone");
    }

    function _report(uint32 epoch, uint32 seed, uint256 place) private pure returns (Report memory) {
        uint256 hash = uint256(keccak256(abi.encode(seed, place)));
        return Report(address(0), epoch, uint32(hash), uint16((hash >> 32) % 10_001), uint16((hash >> 64) % 10_001));
    }

    function testFuzz_voiding_takes_one_report_and_no_other(uint32 epoch, uint8 place) public {
        place = uint8(bound(place, 0, 14));
        for (uint256 i; i < 15; ++i) {
            this.put(_report(epoch, 1, i), i);
        }
        assertTrue(words.void(epoch, place));
        assertFalse(words.void(epoch, place));
        for (uint256 i; i < 15; ++i) {
            (bool exists, uint256 latency,,) = words.get(epoch, i);
            assertEq(exists, i != place);
            if (exists) assertEq(latency, _report(epoch, 1, i).latencyMs);
        }
    }

    function testFuzz_eight_scores_share_a_word(uint32 first, uint32 seed) public {
        first = uint32(bound(first, 0, type(uint32).max - 16));
        for (uint32 i; i < 16; ++i) {
            assertFalse(words.get(first + i).isFinal);
            words.put(first + i, _score(seed, i));
        }
        for (uint32 i; i < 16; ++i) {
            assertEq(abi.encode(words.get(first + i)), abi.encode(_score(seed, i)));
        }
    }

    function _score(uint32 seed, uint32 i) private pure returns (Score memory) {
        uint256 hash = uint256(keccak256(abi.encode(seed, i)));
        return Score(true, hash & 1 == 1, uint16((hash >> 8) % 10_001), uint16((hash >> 32) % 10_001));
    }
}
