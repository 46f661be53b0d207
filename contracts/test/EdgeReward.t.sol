// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EdgeReward} from "../src/EdgeReward.sol";
import {EdgeAccount, EdgeEpoch, RewardConfig} from "../src/interfaces/IEdgeReward.sol";
import {Report} from "../src/interfaces/ISLAOracle.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";
import {RoundFeed} from "./helpers/RoundFeed.sol";

contract EdgeRewardTest is RewardsFixture {
    /// @dev Of one ticket: 5 % of $0.05.
    uint256 private constant FEE = 2500;

    Report private good;

    function setUp() public override {
        super.setUp();
        good = _good(relay, 0);
        // Enrolment: rewards begin with this epoch.
        _note();
    }

    function _accrued() private view returns (uint256) {
        return rewards.accountOf(relay).accrued;
    }

    /* CONSTRUCTION */

    function test_bad_parameters_are_refused() public {
        RewardConfig memory sound = _rewardConfig();
        for (uint256 i; i < 19; ++i) {
            RewardConfig memory bad = abi.decode(abi.encode(sound), (RewardConfig));
            if (i == 0) bad.usdc = address(0);
            if (i == 1) bad.stream = address(0);
            if (i == 2) bad.ticketBroker = address(0);
            if (i == 3) bad.relayStaking = address(0);
            if (i == 4) bad.governance = address(0);
            if (i == 5) bad.governance = keeper;
            if (i == 6) bad.entrySeconds = 0;
            if (i == 7) bad.entrySeconds = DAY - REPORT;
            if (i == 8) bad.minEdgeStake = 0;
            if (i == 9) bad.subsidyBudget = bad.maxSubsidyBudget + 1;
            if (i == 10) bad.subsidyCapBps = 0;
            if (i == 11) bad.subsidyCapBps = 10_001;
            if (i == 12) bad.maxPenaltyBps = 1001;
            if (i == 13) bad.penaltyBps = 1001;
            if (i == 14) bad.penaltyBelowBps = 10_001;
            if (i == 15) bad.minStreamPrice = 0;
            if (i == 16) bad.streamPrice = bad.maxStreamPrice + 1;
            if (i == 17) bad.maxDeviationBps = 5001;
            if (i == 18) bad.priceFeed = address(new RoundFeed(19, 0));
            vm.expectRevert(Errors.BadConfig.selector);
            new EdgeReward(bad);
        }
    }

    /* NOTES */

    function test_growth_of_the_treasurys_fees_is_noted_in_the_running_epoch() public {
        _earn(4);
        vm.expectEmit(address(rewards));
        emit Events.FeesNoted(relay, _now(), 4 * FEE);
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 4 * FEE);
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 4 * FEE, "nothing is noted twice");
        _earn(2);
        vm.warp(vm.getBlockTimestamp() + DAY);
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 2 * FEE);
        assertEq(rewards.epochOf(relay, _now() - 1).fees, 4 * FEE);
    }

    function test_sweeping_the_treasurys_fees_changes_no_note() public {
        _earn(3);
        broker.sweepTreasury(_list(relay));
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 3 * FEE);
    }

    function test_fees_from_before_the_first_note_are_not_rewarded() public {
        rewards = new EdgeReward(_rewardConfig());
        _earn(5);
        vm.expectEmit(address(rewards));
        emit Events.Enrolled(relay, _now());
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 0);
        assertEq(rewards.accountOf(relay).noted, 5 * FEE);
    }

    function test_an_unregistered_node_is_passed_over() public {
        rewards.note(_list(keeper));
        assertEq(rewards.accountOf(keeper).nextEpoch, 0);
        vm.expectRevert(Errors.NotEnrolled.selector);
        rewards.settle(keeper, 1);
    }

    function test_fees_of_an_edge_that_leaves_are_lost_and_not_postponed() public {
        vm.prank(alice);
        staking.unbond(relay, 100e6);
        _earn(3);
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 0);
        vm.prank(alice);
        staking.unbond(relay, 0);
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, 0);
        _earn(1);
        _note();
        assertEq(rewards.epochOf(relay, _now()).fees, FEE);
    }

    /* SETTLING */

    function test_a_perfect_epoch_pays_four_fifths_of_its_fees_and_the_capped_subsidy() public {
        uint32 epoch = _now();
        _earn(8);
        _note();
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toEntry(epoch);
        vm.expectEmit(address(rewards));
        emit Events.EpochEntered(relay, epoch, 10_000);
        rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        vm.expectEmit(address(rewards));
        emit Events.EpochSettled(relay, epoch, 10_000, 8 * FEE * 4 / 5, BUDGET / 5, 0);
        assertEq(rewards.settle(relay, 1), epoch + 1);
        assertEq(_accrued(), 8 * FEE * 4 / 5 + BUDGET / 5);
        assertEq(abi.encode(rewards.epochOf(relay, epoch)), abi.encode(EdgeEpoch(0, 0, false)));
    }

    function test_the_score_scales_fees_and_weight() public {
        // Latency 350 of 200..500 halves the score.
        _epoch(8, Report(relay, 0, 350, 9500, 10_000));
        // Alone, half a weight is still all of the total, up to the cap.
        assertEq(_accrued(), 8 * FEE * 2 / 5 + BUDGET / 5);
    }

    function test_without_a_score_an_epoch_pays_nothing_and_takes_nothing() public {
        _epoch(8, good);
        uint256 before = _accrued();
        uint32 epoch = _now();
        _earn(8);
        _note();
        _toReports(epoch);
        _submit(_awful(relay, epoch), 2);
        _toEntry(epoch);
        rewards.enter(_list(relay), epoch);
        assertEq(rewards.totalWeightOf(epoch), 0);
        _toSettling(epoch);
        rewards.settle(relay, 1);
        assertEq(_accrued(), before);
    }

    function test_an_epoch_is_settled_only_after_its_entry_window() public {
        uint32 epoch = _now();
        _earn(1);
        _note();
        vm.warp((uint256(epoch) + 1) * DAY + REPORT + ENTRY - 1);
        assertEq(rewards.settle(relay, 9), epoch);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertEq(rewards.settle(relay, 9), epoch + 1);
    }

    function test_epochs_are_settled_in_order_and_once() public {
        uint32 first = _now();
        for (uint32 i; i < 4; ++i) {
            _earn(2);
            _note();
            _toReports(first + i);
            _submit(_good(relay, first + i), 3);
        }
        _toSettling(first + 3);
        assertEq(rewards.settle(relay, 1), first + 1);
        assertEq(_accrued(), 2 * FEE * 4 / 5);
        assertEq(rewards.settle(relay, 2), first + 3);
        assertEq(rewards.settle(relay, 99), first + 4);
        assertEq(rewards.settle(relay, 99), first + 4);
        assertEq(_accrued(), 4 * (2 * FEE * 4 / 5));
    }

    function test_nobody_can_settle_around_a_quorum_that_was_not_yet_counted() public {
        uint32 epoch = _now();
        _earn(4);
        _note();
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toSettling(epoch);
        // Nobody called the oracle: settling does.
        vm.prank(keeper);
        rewards.settle(relay, 1);
        assertEq(_accrued(), 4 * FEE * 4 / 5);
    }

    function test_a_year_without_work_is_settled_in_one_call() public {
        uint32 epoch = _now();
        vm.warp(vm.getBlockTimestamp() + 366 * uint256(DAY));
        uint256 before = gasleft();
        assertEq(rewards.settle(relay, 365), epoch + 365);
        assertLt(before - gasleft(), 2_000_000);
    }

    /* SUBSIDY */

    function test_shares_follow_weights_and_sum_to_no_more_than_the_budget() public {
        address[] memory edges = _edges(8);
        uint32 epoch = _now();
        _toReports(epoch);
        for (uint256 i; i < 8; ++i) {
            // Scores 1.0, 0.9, ... 0.3
            _submit(Report(edges[i], epoch, uint32(200 + 30 * i), 9500, 10_000), 3);
        }
        _toEntry(epoch);
        rewards.enter(edges, epoch);
        assertEq(rewards.totalWeightOf(epoch), 52_000);
        _toSettling(epoch);
        uint256 sum;
        for (uint256 i; i < 8; ++i) {
            rewards.settle(edges[i], 1);
            uint256 share = rewards.accountOf(edges[i]).accrued;
            assertEq(share, uint256(BUDGET) * (10_000 - 1000 * i) / 52_000);
            sum += share;
        }
        assertLe(sum, BUDGET);
        assertGt(sum, BUDGET - 8);
    }

    function _edges(uint256 count) private returns (address[] memory edges) {
        edges = new address[](count);
        for (uint256 i; i < count; ++i) {
            _registerEdge(alice, 0xED6E + i);
            edges[i] = vm.addr(0xED6E + i);
        }
        rewards.note(edges);
    }

    function test_entering_twice_counts_once() public {
        uint32 epoch = _now();
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toEntry(epoch);
        address[] memory twice = new address[](2);
        (twice[0], twice[1]) = (relay, relay);
        rewards.enter(twice, epoch);
        rewards.enter(_list(relay), epoch);
        assertEq(rewards.totalWeightOf(epoch), 10_000);
    }

    function test_an_epoch_is_entered_in_its_entry_window_only() public {
        uint32 epoch = _now();
        (uint256 opensAt, uint256 closesAt) = rewards.entryWindowOf(epoch);
        bytes memory refusal = abi.encodeWithSelector(Errors.NotEntryWindow.selector, opensAt, closesAt);
        vm.warp(opensAt - 1);
        vm.expectRevert(refusal);
        rewards.enter(_list(relay), epoch);
        vm.warp(closesAt);
        vm.expectRevert(refusal);
        rewards.enter(_list(relay), epoch);
        vm.warp(closesAt - 1);
        rewards.enter(_list(relay), epoch);
        assertTrue(rewards.epochOf(relay, epoch).entered);
    }

    function test_edges_without_standing_or_enrolment_are_not_entered() public {
        _registerEdge(alice, 0xBEEF);
        uint32 epoch = _now();
        _toReports(epoch);
        _submit(_good(vm.addr(0xBEEF), epoch), 3);
        _submit(_good(relay, epoch), 3);
        // Enrolled with a later epoch than the one that is entered.
        rewards.note(_list(vm.addr(0xBEEF)));
        vm.prank(alice);
        staking.unbond(relay, 100e6);
        _toEntry(epoch);
        address[] memory edges = new address[](3);
        (edges[0], edges[1], edges[2]) = (relay, vm.addr(0xBEEF), keeper);
        rewards.enter(edges, epoch);
        assertEq(rewards.totalWeightOf(epoch), 0);
    }

    /* ACCOUNTS */

    function test_the_account_is_one_slot() public {
        _epoch(10, good);
        EdgeAccount memory account = rewards.accountOf(relay);
        assertEq(account.noted, 10 * FEE);
        assertEq(account.nextEpoch, _now());
        bytes32 slot = keccak256(abi.encode(relay, uint256(0)));
        uint256 word = uint256(vm.load(address(rewards), slot));
        assertEq(uint32(word), account.nextEpoch);
        assertEq(uint72(word >> 112), account.accrued);
    }
}
