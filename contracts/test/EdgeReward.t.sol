// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EdgeReward} from "../src/EdgeReward.sol";
import {EdgeAccount, EdgeEpoch, RewardConfig} from "../src/interfaces/IEdgeReward.sol";
import {Report} from "../src/interfaces/ISLAOracle.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";
import {SettableFeed} from "./helpers/SettableFeed.sol";

contract EdgeRewardTest is RewardsFixture {
    /// @dev Of one ticket: 5 % of $0.05.
    uint256 private constant FEE = 2500;

    Report private good;
    Report private awful;

    function setUp() public override {
        super.setUp();
        (good, awful) = (_good(relay, 0), _awful(relay, 0));
        // Enrolment: rewards begin with this epoch.
        _note();
    }

    function _accrued() private view returns (uint256) {
        return rewards.accountOf(relay).accrued;
    }

    function _due() private view returns (uint256) {
        return rewards.accountOf(relay).due;
    }

    function _claim() private returns (uint256) {
        vm.prank(alice);
        return rewards.claim(relay, alice);
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
            if (i == 18) bad.priceFeed = address(new SettableFeed(19));
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

    /* PENALTIES */

    function test_a_bad_epoch_draws_the_penalty_from_unclaimed_rewards() public {
        _epoch(100, good);
        uint256 before = _accrued();
        _epoch(100, awful);
        assertEq(before - _accrued(), before / 10);
    }

    function test_a_penalty_is_never_more_than_the_epoch_could_have_brought() public {
        for (uint256 i; i < 20; ++i) {
            _epoch(20, good);
        }
        uint256 before = _accrued();
        uint32 epoch = _now();
        _earn(1);
        _note();
        _toReports(epoch);
        _submit(_awful(relay, epoch), 3);
        _toSettling(epoch);
        rewards.settle(relay, 1);
        assertGt(before / 10, FEE * 4 / 5);
        assertEq(before - _accrued(), FEE * 4 / 5);
    }

    function test_a_score_at_the_floor_draws_no_penalty() public {
        _epoch(100, good);
        uint256 before = _accrued();
        _epoch(0, Report(relay, 0, 350, 9500, 10_000));
        assertEq(_accrued(), before + BUDGET / 5);
    }

    function test_penalties_cannot_be_dodged_by_claiming_first() public {
        _fundPot(100e6);
        _epoch(100, good);
        uint32 epoch = _now();
        _earn(100);
        _note();
        _toReports(epoch);
        _submit(_awful(relay, epoch), 3);
        // From the moment that the score is out until the epoch is settled there is nothing to claim.
        _toEntry(epoch);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotSettled.selector, epoch));
        _claim();
        _toSettling(epoch);
        uint256 full = 100 * FEE * 4 / 5 + BUDGET / 5;
        assertEq(_claim(), full - 100 * FEE * 4 / 5, "what the epoch could have brought");
    }

    function test_penalties_never_touch_claimed_rewards() public {
        _epoch(100, good);
        uint256 reward = _accrued();
        assertEq(_claim(), 0, "the pot is empty");
        assertEq(_due(), reward);
        _epoch(100, awful);
        assertEq(_due(), reward);
        _fundPot(reward);
        assertEq(_claim(), reward);
    }

    /* CLAIMS */

    function test_only_the_owner_of_the_registration_claims() public {
        _epoch(10, good);
        _fundPot(100e6);
        vm.expectRevert(Errors.NotRelayOwner.selector);
        vm.prank(relay);
        rewards.claim(relay, relay);
        vm.expectRevert(Errors.NotRelayOwner.selector);
        rewards.claimInStream(relay, relay, 1, 0);
        vm.startPrank(alice);
        vm.expectRevert(Errors.BadRecipient.selector);
        rewards.claim(relay, address(rewards));
        vm.expectRevert(Errors.BadRecipient.selector);
        rewards.claim(relay, address(0));
        vm.stopPrank();
    }

    function test_a_claim_settles_first_and_pays_all() public {
        uint32 epoch = _now();
        _earn(10);
        _note();
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toSettling(epoch);
        _fundPot(100e6);
        vm.expectEmit(address(rewards));
        emit Events.RewardClaimed(relay, alice, 20_000, 0);
        assertEq(_claim(), 20_000);
        assertEq(usdc.balanceOf(alice), 20_000);
        vm.expectRevert(Errors.ZeroAmount.selector);
        _claim();
    }

    function test_an_edge_that_is_far_behind_settles_before_it_claims() public {
        _earn(10);
        _note();
        uint32 first = _now();
        vm.warp(vm.getBlockTimestamp() + 100 * uint256(DAY));
        vm.expectRevert(abi.encodeWithSelector(Errors.NotSettled.selector, first + 64));
        _claim();
        rewards.settle(relay, 100);
        vm.expectRevert(Errors.ZeroAmount.selector);
        _claim();
    }

    function test_a_short_pot_pays_what_it_holds_and_owes_the_rest() public {
        _epoch(100, good);
        uint256 reward = _accrued();
        _fundPot(reward - 7);
        assertEq(_claim(), reward - 7);
        assertEq(_due(), 7);
        assertEq(_claim(), 0);
        _fundPot(1_000_000);
        assertEq(_claim(), 7);
        assertEq(_due(), 0);
        assertEq(usdc.balanceOf(address(rewards)), 1_000_000 - 7);
    }

    function test_a_frozen_payee_can_name_another() public {
        _epoch(10, good);
        _fundPot(100e6);
        vm.prank(address(0xB1));
        usdc.blacklist(alice);
        vm.expectRevert();
        _claim();
        vm.prank(alice);
        assertGt(rewards.claim(relay, payee), 0);
    }

    function test_usdc_that_is_sent_plainly_is_pot_too() public {
        _epoch(10, good);
        _give(address(rewards), 100e6);
        assertEq(_claim(), 10 * FEE * 4 / 5 + BUDGET / 5);
    }

    function test_the_claim_goes_with_the_registration() public {
        _epoch(10, good);
        _fundPot(100e6);
        vm.startPrank(alice);
        staking.unbond(relay, 100e6);
        vm.warp(vm.getBlockTimestamp() + 14 * uint256(DAY));
        staking.withdraw(relay, alice);
        rewards.settle(relay, 20);
        vm.expectRevert(Errors.NotRelayOwner.selector);
        rewards.claim(relay, alice);
        vm.stopPrank();
        _registerEdge(keeper, relayKey);
        vm.prank(keeper);
        assertEq(rewards.claim(relay, keeper), 10 * FEE * 4 / 5 + BUDGET / 5);
    }

    function test_funding_counts_what_arrives_and_must_be_something() public {
        _give(keeper, 5);
        vm.startPrank(keeper);
        usdc.approve(address(rewards), 5);
        vm.expectEmit(address(rewards));
        emit Events.PotFunded(keeper, 5);
        rewards.fund(5);
        vm.expectRevert(Errors.ZeroAmount.selector);
        rewards.fund(0);
        vm.stopPrank();
        assertEq(usdc.balanceOf(address(rewards)), 5);
    }

    /* GOVERNED PARAMETERS */

    function test_parameters_are_set_by_governance_within_bounds() public {
        vm.expectRevert(Errors.NotGovernance.selector);
        rewards.setSubsidyBudget(1);
        vm.expectRevert(Errors.NotGovernance.selector);
        rewards.setStreamPrice(1);
        vm.expectRevert(Errors.NotGovernance.selector);
        rewards.setPenaltyBps(1);
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(Errors.OutOfBounds.selector, 0, 100e6));
        rewards.setSubsidyBudget(100e6 + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.OutOfBounds.selector, 1000, 10e6));
        rewards.setStreamPrice(999);
        vm.expectRevert(abi.encodeWithSelector(Errors.OutOfBounds.selector, 1000, 10e6));
        rewards.setStreamPrice(10e6 + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.OutOfBounds.selector, 0, 1000));
        rewards.setPenaltyBps(1001);
        vm.stopPrank();
    }

    function test_parameters_act_from_the_next_epoch_on_and_never_backwards() public {
        uint32 epoch = _now();
        vm.startPrank(address(timelock));
        vm.expectEmit(address(rewards));
        emit Events.SubsidyBudgetSet(epoch + 1, 7e6);
        rewards.setSubsidyBudget(7e6);
        rewards.setPenaltyBps(0);
        rewards.setStreamPrice(60_000);
        rewards.setSubsidyBudget(8e6);
        vm.stopPrank();
        assertEq(rewards.subsidyBudgetOf(epoch), BUDGET);
        assertEq(rewards.subsidyBudgetOf(epoch + 1), 8e6, "the last word of an epoch counts");
        assertEq(rewards.penaltyBpsOf(epoch), 1000);
        assertEq(rewards.penaltyBpsOf(epoch + 1), 0);
        assertEq(rewards.streamPriceOf(epoch), PRICE);
        assertEq(rewards.streamPriceOf(epoch + 1), 60_000);
        // However late it is settled.
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toEntry(epoch);
        rewards.enter(_list(relay), epoch);
        vm.warp(vm.getBlockTimestamp() + 50 * uint256(DAY));
        rewards.settle(relay, 1);
        assertEq(_accrued(), BUDGET / 5);
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
