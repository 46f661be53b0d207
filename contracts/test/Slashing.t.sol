// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RelayStaking} from "../src/RelayStaking.sol";
import {Relay, StakingConfig} from "../src/interfaces/IRelayStaking.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {FraudFixture} from "./helpers/FraudFixture.sol";

/// @notice What a slash takes, who gets it, and what becomes of the rest. Here the test itself stands in the place of FraudProofs.
contract SlashingTest is FraudFixture {
    address private constant BURN = 0x000000000000000000000000000000000000dEaD;

    function setUp() public override {
        super.setUp();
        _deploy(_stakingConfig(address(this)));
        _register(STAKE);
    }

    function _deploy(StakingConfig memory config) private {
        staking = new RelayStaking(config);
    }

    /* SHARES */

    function test_a_slash_takes_its_share_of_the_stake_and_divides_it() public {
        vm.expectEmit(address(staking));
        emit Events.Slashed(relay, reporter, 20e6, 50e6, 30e6);
        assertEq(staking.slash(relay, reporter), 100e6);
        assertEq(staking.relayOf(relay).stake, 100e6);
        assertEq(staking.creditOf(reporter), 20e6);
        assertEq(staking.burnDue(), 50e6);
        assertEq(staking.treasuryDue(), 30e6);
        assertEq(usdc.balanceOf(address(staking)), STAKE, "nothing has moved yet");
    }

    function testFuzz_shares_are_conserved_to_the_last_micro_usdc(
        uint96 stake,
        uint16 slashBps,
        uint16 reporterBps,
        uint16 burnBps
    ) public {
        stake = uint96(bound(stake, 1, 1e12));
        slashBps = uint16(bound(slashBps, 1, 10_000));
        reporterBps = uint16(bound(reporterBps, 0, 5000));
        burnBps = uint16(bound(burnBps, 0, 10_000 - reporterBps));
        _deploy(StakingConfig(address(usdc), address(this), treasury, 1, 14 * DAY, slashBps, reporterBps, burnBps));
        _register(stake);
        uint256 penalty = staking.slash(relay, reporter);
        assertGe(penalty * 10_000, uint256(stake) * slashBps, "rounded up");
        assertLt((penalty - 1) * 10_000, uint256(stake) * slashBps, "to the next one only");
        assertLe(penalty, stake);
        assertEq(staking.relayOf(relay).stake, stake - penalty);
        assertEq(staking.creditOf(reporter) + staking.burnDue() + staking.treasuryDue(), penalty);
        assertEq(staking.creditOf(reporter), penalty * reporterBps / 10_000);
        assertEq(staking.burnDue(), penalty * burnBps / 10_000);
    }

    /// @dev An owner who reports himself, as often as he likes, gets back at most half of what he loses.
    function testFuzz_a_reporter_never_profits_from_slashing_itself(
        uint96 stake,
        uint16 slashBps,
        uint16 reporterBps,
        uint16 burnBps,
        uint8 times
    ) public {
        stake = uint96(bound(stake, 1, 1e12));
        slashBps = uint16(bound(slashBps, 1, 10_000));
        reporterBps = uint16(bound(reporterBps, 0, 5000));
        burnBps = uint16(bound(burnBps, 0, 10_000 - reporterBps));
        _deploy(StakingConfig(address(usdc), address(this), treasury, 1, 14 * DAY, slashBps, reporterBps, burnBps));
        _register(stake);
        uint256 lost;
        for (uint256 i; i < bound(times, 1, 8) && staking.relayOf(relay).stake != 0; ++i) {
            lost += staking.slash(relay, alice);
        }
        assertGt(lost, 0);
        assertLe(2 * staking.creditOf(alice), lost);
        assertEq(staking.relayOf(relay).stake, stake - lost);
    }

    function test_a_stake_of_one_micro_usdc_can_still_be_slashed() public {
        _deploy(StakingConfig(address(usdc), address(this), treasury, 1, 14 * DAY, 1, 5000, 5000));
        _register(1);
        assertEq(staking.slash(relay, reporter), 1);
        assertEq(staking.creditOf(reporter), 0);
        assertEq(staking.burnDue(), 0);
        assertEq(staking.treasuryDue(), 1, "what rounding leaves is the treasury's");
    }

    /* WHO */

    function test_only_fraud_proofs_slashes_and_only_a_registered_relay_for_somebody() public {
        vm.prank(alice);
        vm.expectRevert(Errors.NotFraudProofs.selector);
        staking.slash(relay, alice);
        vm.expectRevert(Errors.NotRegistered.selector);
        staking.slash(keeper, reporter);
        vm.expectRevert(Errors.ZeroAddress.selector);
        staking.slash(relay, address(0));
    }

    /* UNBONDING */

    function test_unbonding_stake_is_slashed_until_it_is_withdrawn() public {
        uint256 due = vm.getBlockTimestamp() + 14 * DAY;
        vm.prank(alice);
        staking.unbond(relay, STAKE);
        vm.warp(due + 1);
        assertEq(staking.slash(relay, reporter), 100e6);
        assertEq(staking.relayOf(relay).unbonding, 100e6, "no more leaves than there is");
        vm.prank(alice);
        staking.withdraw(relay, alice);
        assertEq(usdc.balanceOf(alice), 100e6);
        vm.expectRevert(Errors.NotRegistered.selector);
        staking.slash(relay, reporter);
    }

    function test_the_part_that_stays_pays_first_and_the_delay_goes_on() public {
        vm.prank(alice);
        staking.unbond(relay, 80e6);
        uint32 due = staking.relayOf(relay).withdrawableAt;
        staking.slash(relay, reporter);
        Relay memory left = staking.relayOf(relay);
        assertEq(left.stake, 100e6);
        assertEq(left.unbonding, 80e6);
        assertEq(left.withdrawableAt, due);
        staking.slash(relay, reporter);
        left = staking.relayOf(relay);
        assertEq(left.stake, 50e6);
        assertEq(left.unbonding, 50e6);
        assertEq(left.withdrawableAt, due);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotDue.selector, due));
        staking.withdraw(relay, alice);
    }

    /// @dev Neither asking again nor adding nor registering anew moves the date forward or the money out.
    function testFuzz_no_trick_frees_stake_early(uint256 seed) public {
        uint256 start = vm.getBlockTimestamp();
        vm.startPrank(alice);
        staking.unbond(relay, STAKE);
        vm.stopPrank();
        _give(alice, 1000e6);
        bytes memory proof = _sign(relayKey, staking.registrationDigest(relay, alice));
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(bound(seed >> 8, vm.getBlockTimestamp(), start + 14 * DAY - 1));
            uint256 act = seed % 5;
            if (act == 0) staking.slash(relay, reporter);
            uint256 stake = staking.relayOf(relay).stake;
            vm.startPrank(alice);
            usdc.approve(address(staking), 100e6);
            if (act == 1) staking.unbond(relay, stake);
            if (act == 2) staking.addStake(relay, 1e6);
            vm.expectRevert(Errors.AlreadyRegistered.selector);
            staking.register(relay, "endpoints", 1, 100e6, proof);
            vm.expectPartialRevert(Errors.NotDue.selector);
            staking.withdraw(relay, alice);
            vm.stopPrank();
        }
    }

    /* THE REST */

    function test_the_rest_leaves_by_the_normal_way_even_below_the_minimum() public {
        staking.slash(relay, reporter);
        staking.slash(relay, reporter);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.StakeTooLow.selector, 100e6));
        staking.unbond(relay, 20e6);
        staking.unbond(relay, 50e6);
        staking.unbond(relay, 0);
        assertEq(staking.relayOf(relay).withdrawableAt, 0, "cancelled below the minimum");
        staking.unbond(relay, 50e6);
        vm.warp(vm.getBlockTimestamp() + 14 * DAY);
        staking.withdraw(relay, alice);
        assertEq(usdc.balanceOf(alice), 50e6);
        assertEq(staking.relayOf(relay).owner, address(0));
    }

    function test_a_relay_below_the_minimum_is_not_in_good_standing_until_its_owner_adds() public {
        staking.slash(relay, reporter);
        assertEq(staking.stakeOf(relay), 100e6, "just enough");
        staking.slash(relay, reporter);
        assertEq(staking.stakeOf(relay), 0);
        assertEq(staking.relayOf(relay).stake, 50e6);
        _give(alice, 50e6);
        vm.startPrank(alice);
        usdc.approve(address(staking), 50e6);
        staking.addStake(relay, 50e6 - 1);
        assertEq(staking.stakeOf(relay), 0);
        staking.addStake(relay, 1);
        assertEq(staking.stakeOf(relay), 100e6);
    }

    function test_a_relay_without_any_stake_left_is_forgotten_and_may_come_back_with_a_new_one() public {
        StakingConfig memory config = _stakingConfig(address(this));
        config.slashBps = 10_000;
        _deploy(config);
        _register(STAKE);
        vm.prank(alice);
        staking.unbond(relay, 50e6);
        assertEq(staking.slash(relay, reporter), STAKE);
        assertEq(abi.encode(staking.relayOf(relay)), abi.encode(Relay(address(0), 0, 0, 0, 0, 0)));
        vm.expectRevert(Errors.NotRegistered.selector);
        vm.prank(alice);
        staking.withdraw(relay, alice);
        _register(STAKE);
        assertEq(staking.stakeOf(relay), STAKE);
        assertEq(staking.relayOf(relay).unbonding, 0);
        assertEq(usdc.balanceOf(address(staking)), 2 * STAKE);
    }

    /* PAYMENTS */

    function test_a_reporter_withdraws_its_credit() public {
        staking.slash(relay, reporter);
        vm.startPrank(reporter);
        vm.expectRevert(Errors.ZeroAmount.selector);
        staking.withdrawCredit(keeper, 0);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        staking.withdrawCredit(keeper, 20e6 + 1);
        vm.expectRevert(Errors.BadRecipient.selector);
        staking.withdrawCredit(address(0), 1);
        vm.expectRevert(Errors.BadRecipient.selector);
        staking.withdrawCredit(address(staking), 1);
        vm.expectEmit(address(staking));
        emit Events.CreditWithdrawn(reporter, keeper, 15e6);
        staking.withdrawCredit(keeper, 15e6);
        assertEq(usdc.balanceOf(keeper), 15e6);
        assertEq(staking.creditOf(reporter), 5e6);
    }

    function test_anybody_burns_and_sweeps() public {
        staking.slash(relay, reporter);
        vm.startPrank(keeper);
        vm.expectEmit(address(staking));
        emit Events.PenaltiesBurnt(50e6);
        assertEq(staking.burnPenalties(), 50e6);
        vm.expectEmit(address(staking));
        emit Events.PenaltiesSwept(30e6);
        assertEq(staking.sweepPenalties(), 30e6);
        assertEq(usdc.balanceOf(BURN), 50e6);
        assertEq(usdc.balanceOf(treasury), 30e6);
        vm.expectRevert(Errors.ZeroAmount.selector);
        staking.burnPenalties();
        vm.expectRevert(Errors.ZeroAmount.selector);
        staking.sweepPenalties();
        assertEq(usdc.balanceOf(address(staking)), 120e6, "the rest of the stake and the reporter's credit");
    }

    /* KNOWN FAILURES OF OTHERS */

    /// @dev A frozen account on the way of a payment must not stop anybody else's.
    function test_a_frozen_reporter_treasury_or_owner_blocks_no_slash() public {
        vm.startPrank(address(0xB1));
        usdc.blacklist(reporter);
        usdc.blacklist(treasury);
        usdc.blacklist(alice);
        vm.stopPrank();
        staking.slash(relay, reporter);
        assertEq(staking.creditOf(reporter), 20e6);
        vm.expectRevert();
        staking.sweepPenalties();
        assertEq(staking.burnPenalties(), 50e6);
        vm.startPrank(reporter);
        vm.expectRevert();
        staking.withdrawCredit(reporter, 20e6);
        staking.withdrawCredit(keeper, 20e6);
        assertEq(usdc.balanceOf(keeper), 20e6, "to an account that is not frozen");
    }
}
