// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Report} from "../src/interfaces/ISLAOracle.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";

/// @notice What becomes of settled rewards: penalties, claims in USDC, and the parameters that govern them.
contract RewardClaimsTest is RewardsFixture {
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
}
