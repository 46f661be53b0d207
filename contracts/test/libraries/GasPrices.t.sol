// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IAggregatorV3} from "../../src/interfaces/IAggregatorV3.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {GasPrices} from "../../src/libraries/GasPrices.sol";
import {RoundFeed} from "../helpers/RoundFeed.sol";

contract GasPricesTest is Test {
    using GasPrices for uint256;

    IAggregatorV3 private constant NONE = IAggregatorV3(address(0));

    function inUsdc(uint256 cost, uint256 rate) external pure returns (uint256) {
        return cost.inUsdc(rate);
    }

    function test_fields_of_the_greatest_values_stand_side_by_side() public {
        RoundFeed feed = new RoundFeed(0, int256(uint256(type(uint80).max / 1e6)));
        feed.set(int256(uint256(type(uint80).max / 1e6)), 0, type(uint40).max);
        RoundFeed sequencer = new RoundFeed(0, 0);
        sequencer.set(0, type(uint40).max, 0);
        uint256 word = uint256(0).earn(type(uint80).max);
        word = word.refresh(feed, sequencer, 2 days, 0);
        assertEq(word.earned(), type(uint80).max);
        assertEq(word.rate(), uint256(type(uint80).max) / 1e6 * 1e6);
        assertEq(word.validAfter(), uint256(type(uint40).max) + 1 hours);
        assertEq(word.validUntil(), uint256(type(uint40).max) + 2 days);
    }

    /// @dev ERC-4337: `validAfter u48 | validUntil u48 | authorizer u160`.
    function testFuzz_validation_data_holds_both_times(uint40 updatedAt, uint40 up, uint80 earned) public {
        RoundFeed feed = new RoundFeed(8, 1);
        feed.set(3000e8, 0, updatedAt);
        RoundFeed sequencer = new RoundFeed(0, 0);
        sequencer.set(0, uint256(up) + (up == 0 ? 1 : 0), 0);
        uint256 word = uint256(0).earn(earned).refresh(feed, sequencer, 1500, 500);
        uint256 data = word.validationData();
        assertEq(uint160(data), 0);
        assertEq(uint48(data >> 160), uint256(updatedAt) + 1500);
        assertEq(data >> 208, uint256(up) + (up == 0 ? 1 : 0) + 1 hours);
        assertEq(word.earned(), earned);
    }

    function testFuzz_earning_changes_nothing_else(uint80 first, uint80 second) public {
        RoundFeed feed = new RoundFeed(8, 3000e8);
        uint256 word = uint256(0).refresh(feed, NONE, 1500, 500);
        second = uint80(bound(second, 0, type(uint80).max - first));
        uint256 more = word.earn(first).earn(second);
        assertEq(more.earned(), uint256(first) + second);
        assertEq(uint176(more), uint176(word));
        assertEq(more.unearn(second).unearn(first), word);
    }

    function testFuzz_cost_is_rounded_up_by_less_than_one_unit(uint128 cost, uint80 rate) public pure {
        uint256 charge = uint256(cost).inUsdc(rate);
        assertGe(charge * 1e18, uint256(cost) * rate);
        assertLt(charge * 1e18, uint256(cost) * rate + 1e18);
    }

    function test_cost_that_nobody_has_is_refused() public {
        assertGt(this.inUsdc(type(uint128).max, type(uint80).max), 0);
        vm.expectRevert(Errors.CostTooHigh.selector);
        this.inUsdc(uint256(type(uint128).max) + 1, 0);
    }
}
