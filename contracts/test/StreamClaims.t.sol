// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EdgeReward} from "../src/EdgeReward.sol";
import {RewardConfig} from "../src/interfaces/IEdgeReward.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";
import {RoundFeed} from "./helpers/RoundFeed.sol";

/// @notice Rewards taken in STREAM: the governed price, the feed that checks it, and what stays open when the feed fails.
contract StreamClaimsTest is RewardsFixture {
    uint256 private reward;

    function setUp() public override {
        super.setUp();
        _note();
        _epoch(100, _good(relay, 0));
        reward = rewards.accountOf(relay).accrued;
        _fundPot(reward);
        vm.prank(foundation);
        assertTrue(stream20.transfer(address(rewards), 1000e18));
        feed.set(ANSWER, vm.getBlockTimestamp());
    }

    function _claimInStream(uint256 amount, uint256 minPaid) private returns (uint256) {
        vm.prank(alice);
        return rewards.claimInStream(relay, alice, amount, minPaid);
    }

    function _assertUsdcPathIsOpen() private {
        vm.prank(alice);
        assertEq(rewards.claim(relay, alice), reward);
    }

    function test_a_claim_in_stream_pays_at_the_governed_price() public {
        vm.expectEmit(address(rewards));
        emit Events.RewardClaimedInStream(relay, alice, 1_000_000, 20e18, reward - 1_000_000);
        assertEq(_claimInStream(1_000_000, 20e18), 20e18);
        assertEq(stream20.balanceOf(alice), 20e18);
        assertEq(rewards.accountOf(relay).due, reward - 1_000_000);
        assertEq(usdc.balanceOf(address(rewards)), reward, "the pot of USDC keeps what was taken in STREAM");
        vm.prank(alice);
        assertEq(rewards.claim(relay, alice), reward - 1_000_000);
    }

    function testFuzz_stream_is_never_worth_more_than_the_reward_by_either_price(uint256 answer, uint256 amount)
        public
    {
        answer = bound(answer, 4_500_000, 5_500_000);
        amount = bound(amount, 1, reward);
        feed.set(int256(answer), block.timestamp);
        uint256 paid = _claimInStream(amount, 0);
        assertLe(paid * PRICE, amount * 1e18);
        assertLe(paid * (answer / 100), amount * 1e18);
        uint256 price = answer / 100 > PRICE ? answer / 100 : PRICE;
        assertEq(paid, amount * 1e18 / price);
    }

    function test_decimals_of_the_feed_are_those_of_its_deployment() public {
        for (uint8 decimals; decimals <= 18; decimals += 6) {
            feed = new RoundFeed(decimals, 0);
            RewardConfig memory config = _rewardConfig();
            config.streamPrice = 2_000_000;
            rewards = new EdgeReward(config);
            feed.set(int256(2 * 10 ** uint256(decimals)), block.timestamp);
            assertEq(rewards.quoteStream(1_000_000), 0.5e18);
        }
    }

    function test_a_stale_price_is_refused_and_usdc_stays_open() public {
        uint256 updatedAt = vm.getBlockTimestamp();
        vm.warp(updatedAt + DAY + 3600);
        assertGt(rewards.quoteStream(1e6), 0, "heartbeat and grace are allowed");
        vm.warp(updatedAt + DAY + 3601);
        vm.expectRevert(abi.encodeWithSelector(Errors.StreamPriceStale.selector, updatedAt));
        _claimInStream(1, 0);
        // Of the epoch that has ended meanwhile there is nothing to settle.
        rewards.settle(relay, 9);
        vm.warp((uint256(_now()) + 1) * DAY);
        _assertUsdcPathIsOpen();
    }

    function test_answers_that_are_no_price_are_refused_and_usdc_stays_open() public {
        int256[4] memory answers = [int256(0), -1, type(int256).max, type(int256).min];
        for (uint256 i; i < 4; ++i) {
            feed.set(answers[i], block.timestamp);
            vm.expectRevert(Errors.BadStreamPrice.selector);
            _claimInStream(1, 0);
        }
        // Below a millionth of a dollar.
        feed.set(99, block.timestamp);
        vm.expectRevert(Errors.BadStreamPrice.selector);
        _claimInStream(1, 0);
        feed.set(ANSWER, block.timestamp + 1);
        vm.expectRevert(Errors.BadStreamPrice.selector);
        _claimInStream(1, 0);
        _assertUsdcPathIsOpen();
    }

    function test_a_broken_feed_is_refused_and_usdc_stays_open() public {
        feed.destroy();
        vm.expectRevert(Errors.BadStreamPrice.selector);
        _claimInStream(1, 0);
        _assertUsdcPathIsOpen();
    }

    function test_a_feed_without_code_is_refused_and_usdc_stays_open() public {
        vm.etch(address(feed), "");
        vm.expectRevert(Errors.BadStreamPrice.selector);
        _claimInStream(1, 0);
        _assertUsdcPathIsOpen();
    }

    function test_a_price_far_from_the_governed_one_is_refused_and_usdc_stays_open() public {
        feed.set(5_500_000, block.timestamp);
        assertGt(rewards.quoteStream(1e6), 0);
        feed.set(5_500_100, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(Errors.StreamPriceDeviates.selector, PRICE, 55_001));
        _claimInStream(1, 0);
        feed.set(4_499_900, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(Errors.StreamPriceDeviates.selector, PRICE, 44_999));
        _claimInStream(1, 0);
        _assertUsdcPathIsOpen();
    }

    function test_without_a_feed_rewards_are_paid_in_usdc_only() public {
        RewardConfig memory config = _rewardConfig();
        config.priceFeed = address(0);
        rewards = new EdgeReward(config);
        vm.expectRevert(Errors.NoPriceFeed.selector);
        rewards.quoteStream(1);
    }

    function test_the_claimants_minimum_holds() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.BelowMinimum.selector, 20e18));
        _claimInStream(1_000_000, 20e18 + 1);
    }

    function test_more_than_is_due_and_nothing_are_refused() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.MoreThanDue.selector, reward));
        _claimInStream(reward + 1, 0);
        vm.expectRevert(Errors.ZeroAmount.selector);
        _claimInStream(0, 0);
    }

    function test_a_short_pot_of_stream_refuses_and_loses_nothing() public {
        feed.set(ANSWER, block.timestamp);
        vm.prank(address(rewards));
        assertTrue(stream20.transfer(foundation, 999e18));
        vm.expectRevert(abi.encodeWithSelector(Errors.StreamPotShort.selector, 1e18));
        _claimInStream(50_001, 0);
        assertEq(_claimInStream(50_000, 0), 1e18);
        assertEq(rewards.accountOf(relay).due, reward - 50_000);
    }
}
