// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {LibSort} from "solady/utils/LibSort.sol";
import {Measure} from "../interfaces/ISLAOracle.sol";

/// @title The arithmetic of service levels: medians, ramps and distances.
library ServiceLevel {
    uint256 internal constant FULL = 10_000;

    /// @notice The median of at least one value, the mean of the middle two (rounded down) of an even number. Leaves `values` as they are.
    function median(uint256[] memory values) internal pure returns (uint256) {
        uint256[] memory sorted = LibSort.copy(values);
        LibSort.insertionSort(sorted);
        uint256 middle = sorted.length / 2;
        if (sorted.length % 2 == 1) return sorted[middle];
        return (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// @notice FULL at `measure.full` and beyond, zero at `measure.zero` and beyond, linear between, rounded down. `full` may lie on either side.
    function ramp(uint256 value, Measure memory measure) internal pure returns (uint256) {
        (uint256 full, uint256 zero) = (measure.full, measure.zero);
        if (full < zero) {
            if (value <= full) return FULL;
            return value >= zero ? 0 : FULL * (zero - value) / (zero - full);
        }
        if (value >= full) return FULL;
        return value <= zero ? 0 : FULL * (value - zero) / (full - zero);
    }

    function isWithin(uint256 value, uint256 centre, uint256 tolerance) internal pure returns (bool) {
        return (value > centre ? value - centre : centre - value) <= tolerance;
    }
}
