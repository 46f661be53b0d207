// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {PaymasterConfig} from "../src/interfaces/IUsdcPaymaster.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {UsdcPaymaster} from "../src/UsdcPaymaster.sol";
import {PaymasterFixture} from "./helpers/PaymasterFixture.sol";
import {RoundFeed} from "./helpers/RoundFeed.sol";

contract UsdcPaymasterPriceTest is PaymasterFixture {
    uint256 private start;

    function setUp() public override {
        super.setUp();
        start = vm.getBlockTimestamp();
        _credit(account, 1000e6);
    }

    function _expectStale() private {
        vm.expectRevert(abi.encodeWithSelector(IEntryPoint.FailedOp.selector, 0, "AA32 paymaster expired or not due"));
    }

    function _answer(int256 answer) private {
        feed.set(answer, vm.getBlockTimestamp(), vm.getBlockTimestamp());
    }

    function _withSequencer(RoundFeed sequencer) private returns (UsdcPaymaster) {
        PaymasterConfig memory config = _paymasterConfig();
        config.sequencerFeed = address(sequencer);
        return new UsdcPaymaster(config);
    }

    function test_price_carries_the_markup_and_its_last_second() public view {
        (uint256 rate, uint48 validAfter, uint48 validUntil) = paymaster.price();
        assertEq(rate, RATE);
        assertEq(validAfter, 0);
        assertEq(validUntil, start + HEARTBEAT + GRACE);
        assertEq(paymaster.quote(1 ether), 3150e6);
        assertEq(paymaster.quote(1), 1, "rounded up");
    }

    function test_stale_price_is_refused_by_entry_point() public {
        vm.warp(start + HEARTBEAT + GRACE);
        _send(_op(_approveBroker(1), ""));
        vm.warp(start + HEARTBEAT + GRACE + 1);
        PackedUserOperation memory op = _op(_approveBroker(1), "");
        _expectStale();
        _send(op);
    }

    function test_operation_itself_may_read_the_feed_when_the_kept_price_is_too_old() public {
        vm.warp(start + 1 days);
        PackedUserOperation memory op = _op(_approveBroker(1), hex"01");
        _expectStale();
        _send(op);
        _answer(2000e8);
        (bool success, uint256 cost) = _run(op);
        assertTrue(success);
        (uint256 rate,, uint48 validUntil) = paymaster.price();
        assertEq(rate, 2100e6);
        assertEq(validUntil, start + 1 days + HEARTBEAT + GRACE);
        assertGe(paymaster.earned(), cost * 2100e6 / 1e18);
        assertEq(paymaster.creditOf(account) + paymaster.earned(), 1000e6);
    }

    function test_anybody_keeps_the_newest_price() public {
        _answer(3500e8);
        vm.expectEmit(address(paymaster));
        emit Events.PriceKept(3675e6, start + HEARTBEAT + GRACE);
        vm.prank(keeper);
        paymaster.refreshPrice();
        assertEq(paymaster.quote(1 ether), 3675e6);
    }

    function test_old_answer_is_not_kept() public {
        vm.warp(start + HEARTBEAT + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.StalePrice.selector, start));
        paymaster.refreshPrice();
    }

    function _expectNoPrice(int256 answer) private {
        _answer(answer);
        vm.expectRevert(Errors.BadPrice.selector);
        paymaster.refreshPrice();
        PackedUserOperation memory op = _op(_approveBroker(1), hex"01");
        _expectRefusal(Errors.BadPrice.selector);
        _send(op);
    }

    function test_answer_that_is_no_price_is_refused() public {
        _expectNoPrice(0);
        _expectNoPrice(-1);
        _expectNoPrice(type(int256).min);
        _expectNoPrice(type(int256).max);
        // 2^80 micro-USDC an ETH.
        _expectNoPrice(int256(uint256(2 ** 80) * 1e2));
        feed.set(3000e8, start, uint256(type(uint40).max) + 1);
        vm.expectRevert(Errors.BadPrice.selector);
        paymaster.refreshPrice();
    }

    function test_price_of_an_operation_is_that_of_its_validation() public {
        uint256 rate = paymaster.quote(1 ether);
        // A fall of the price inside the operation gives nothing away.
        _answer(1e8);
        (bool success, uint256 cost) =
            _run(_op(_execute(address(paymaster), abi.encodeCall(paymaster.refreshPrice, ())), ""));
        assertTrue(success);
        assertLt(paymaster.quote(1 ether), rate);
        assertGe(paymaster.earned(), cost * rate / 1e18);
        assertEq(paymaster.creditOf(account) + paymaster.earned(), 1000e6);
    }

    function test_refresh_keeps_what_was_earned() public {
        _send(_op(_approveBroker(1), ""));
        uint256 earned = paymaster.earned();
        _answer(2999e8);
        paymaster.refreshPrice();
        assertEq(paymaster.earned(), earned);
    }

    function testFuzz_rate_is_the_answer_with_markup_rounded_up(uint256 answer, uint8 decimals, uint16 markup) public {
        decimals = uint8(bound(decimals, 0, 18));
        answer = bound(answer, 1, 1e6 * 10 ** decimals);
        PaymasterConfig memory config = _paymasterConfig();
        config.markupBps = uint16(bound(markup, 0, 1000));
        config.priceFeed = address(new RoundFeed(decimals, int256(answer)));
        (uint256 rate,,) = new UsdcPaymaster(config).price();
        uint256 exact = answer * 1e6 * (10_000 + config.markupBps);
        uint256 scale = 10_000 * 10 ** decimals;
        assertGe(rate * scale, exact);
        assertLt((rate - 1) * scale, exact);
    }

    /* SEQUENCER */

    function test_operations_wait_for_an_hour_after_the_sequencers_return() public {
        RoundFeed sequencer = new RoundFeed(0, 0);
        sequencer.set(0, start, start);
        paymaster = _withSequencer(sequencer);
        _bySafe(0, abi.encodeCall(paymaster.setTarget, (address(broker), true)));
        entryPoint.depositTo{value: 1 ether}(address(paymaster));
        _credit(account, 1000e6);
        (, uint48 validAfter,) = paymaster.price();
        assertEq(validAfter, start + 1 hours);
        vm.warp(start + 1 hours);
        _answer(3000e8);
        PackedUserOperation memory op = _op(_approveBroker(1), hex"01");
        _expectStale();
        _send(op);
        vm.warp(start + 1 hours + 1);
        (bool success,) = _run(op);
        assertTrue(success);
    }

    function test_no_price_is_kept_while_the_sequencer_is_down() public {
        RoundFeed sequencer = new RoundFeed(0, 0);
        paymaster = _withSequencer(sequencer);
        sequencer.set(1, start, start);
        vm.expectRevert(Errors.SequencerDown.selector);
        paymaster.refreshPrice();
        // A round that has not begun.
        sequencer.set(0, 0, start);
        vm.expectRevert(Errors.SequencerDown.selector);
        paymaster.refreshPrice();
    }

    /* CONSTRUCTOR */

    function _expectBadConfig(PaymasterConfig memory config) private {
        vm.expectRevert(Errors.BadConfig.selector);
        new UsdcPaymaster(config);
    }

    function test_constructor_checks_its_bounds() public {
        PaymasterConfig memory config = _paymasterConfig();
        config.entryPoint = keeper;
        _expectBadConfig(config);
        config = _paymasterConfig();
        config.usdc = keeper;
        _expectBadConfig(config);
        config = _paymasterConfig();
        config.owner = address(0);
        _expectBadConfig(config);
        config = _paymasterConfig();
        config.priceFeed = keeper;
        _expectBadConfig(config);
        config.priceFeed = address(new RoundFeed(19, 1));
        _expectBadConfig(config);
        config = _paymasterConfig();
        config.sequencerFeed = keeper;
        _expectBadConfig(config);
        config = _paymasterConfig();
        config.markupBps = 1001;
        _expectBadConfig(config);
        config = _paymasterConfig();
        config.heartbeat = 0;
        _expectBadConfig(config);
        config.heartbeat = 1 days + 1;
        _expectBadConfig(config);
        (config.heartbeat, config.grace) = (1 days, 1 days + 1);
        _expectBadConfig(config);
        config.grace = 1 days;
        assertEq(new UsdcPaymaster(config).MAX_PRICE_AGE(), 2 days);
        vm.warp(start + 2 days + 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.StalePrice.selector, start));
        new UsdcPaymaster(config);
    }
}
