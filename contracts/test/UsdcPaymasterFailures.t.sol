// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {PaymasterFixture} from "./helpers/PaymasterFixture.sol";
import {ISimpleAccount} from "./helpers/RealEntryPoint.sol";

/// @notice The ways in which other paymasters have lost money, or their users theirs.
contract UsdcPaymasterFailuresTest is PaymasterFixture {
    uint256 private constant CREDIT = 1000e6;

    function setUp() public override {
        super.setUp();
        _depositWithoutEnd();
        _credit(account, CREDIT);
    }

    /// @dev Runs an operation and holds what was earned by it against what it took of the deposit.
    function _runCovered(PackedUserOperation memory op, uint256 rate) private returns (bool success, uint256 cost) {
        (uint256 earned, uint256 held) = (paymaster.earned(), _depositOf(address(paymaster)));
        (success, cost) = _run(op);
        assertEq(held - _depositOf(address(paymaster)), cost);
        assertGe((paymaster.earned() - earned) * 1e18, cost * rate, "never at a loss");
    }

    function _runCovered(PackedUserOperation memory op) private returns (bool success, uint256 cost) {
        return _runCovered(op, RATE);
    }

    function _greedy(uint256 callGas) private pure returns (Limits memory limits) {
        limits = _limits();
        (limits.call, limits.postOp) = (callGas, 40_000);
    }

    /// @dev OpenZeppelin's #6658: the penalty on unused gas of postOp, computed after it, was nobody's.
    function test_known_failure_great_post_op_limit_drains_nothing() public {
        _send(_op(_approveBroker(1), ""));
        (, uint256 usual) = _runCovered(_op(_approveBroker(2), ""));
        (, uint256 cost) = _runCovered(_op(account, aliceKey, _approveBroker(3), "", _greedy(200_000)));
        assertLt(cost, usual + 100 * MAX_FEE, "no penalty on postOp's limit");
    }

    function test_known_failure_great_call_limit_is_paid_by_its_user() public {
        (bool success, uint256 cost) = _runCovered(_op(account, aliceKey, _approveBroker(1), "", _greedy(10_000_000)));
        assertTrue(success);
        assertGt(cost, 900_000 * MAX_FEE, "a tenth of the unused limit");
    }

    function test_known_failure_limits_beyond_the_credit_are_refused_before_they_cost() public {
        PackedUserOperation memory op = _op(account, aliceKey, _approveBroker(1), "", _greedy(1e12));
        _expectRefusal(abi.encodeWithSelector(Errors.CreditTooLow.selector, _worstCase(_greedy(1e12)), CREDIT));
        _send(op);
    }

    /// @dev Paymasters that collect in postOp are dodged by emptying the account in between.
    function test_known_failure_account_that_empties_itself_has_paid_before() public {
        _give(account, 5e6);
        uint256 free = CREDIT - _worstCase(_limits());
        ISimpleAccount.Call[] memory calls = new ISimpleAccount.Call[](3);
        calls[0] = ISimpleAccount.Call(address(usdc), 0, abi.encodeCall(usdc.transfer, (keeper, 5e6)));
        calls[1] = ISimpleAccount.Call(address(paymaster), 0, abi.encodeCall(paymaster.withdraw, (keeper, free)));
        calls[2] = ISimpleAccount.Call(address(usdc), 0, abi.encodeCall(usdc.approve, (address(paymaster), 0)));
        (bool success,) = _runCovered(_op(abi.encodeCall(ISimpleAccount.executeBatch, (calls)), ""));
        assertTrue(success);
        assertEq(usdc.balanceOf(account), 0);
        assertEq(usdc.balanceOf(keeper), 5e6 + free);
        assertEq(usdc.balanceOf(address(paymaster)), paymaster.earned() + paymaster.creditOf(account));
    }

    function test_known_failure_operation_cannot_withdraw_what_is_held_for_it() public {
        uint256 free = CREDIT - _worstCase(_limits());
        bytes memory more = abi.encodeCall(paymaster.withdraw, (keeper, free + 1));
        (bool success,) = _runCovered(_op(_execute(address(paymaster), more), ""));
        assertFalse(success);
        assertEq(usdc.balanceOf(keeper), 0);
    }

    function test_known_failure_credit_for_one_operation_does_not_pay_two() public {
        vm.startPrank(account);
        paymaster.withdraw(keeper, CREDIT - _worstCase(_limits()) * 3 / 2);
        vm.stopPrank();
        PackedUserOperation[] memory ops = new PackedUserOperation[](2);
        ops[0] = _op(_approveBroker(1), "");
        ops[1] = _op(_approveBroker(2), "");
        ops[1].nonce = entryPoint.getNonce(account, 1);
        _signOp(ops[1], aliceKey);
        uint256 worst = _worstCase(_limits());
        bytes memory reason = abi.encodeWithSelector(Errors.CreditTooLow.selector, worst, worst * 3 / 2 - worst);
        vm.expectRevert(abi.encodeWithSelector(IEntryPoint.FailedOpWithRevert.selector, 1, "AA33 reverted", reason));
        _send(ops);
    }

    function test_operations_of_one_account_in_a_bundle_are_each_paid() public {
        PackedUserOperation[] memory ops = new PackedUserOperation[](3);
        for (uint192 i; i < 3; ++i) {
            ops[i] = _op(_approveBroker(1), "");
            ops[i].nonce = entryPoint.getNonce(account, i);
            _signOp(ops[i], aliceKey);
        }
        uint256 held = _depositOf(address(paymaster));
        _send(ops);
        assertGe(paymaster.earned(), paymaster.quote(held - _depositOf(address(paymaster))));
        assertEq(paymaster.earned() + paymaster.creditOf(account), CREDIT);
    }

    /// @dev What makes the time after the cost is told dearest: writing a slot's first value again in postOp, and memory that EntryPoint has filled with
    /// calls. An account may do both.
    /// forge-config: default.isolate = true
    function test_known_failure_restored_credit_and_greatest_calls_are_covered() public {
        Limits memory limits = _limits();
        (limits.verification, limits.call) = (1_000_000, 2_000_000);
        uint256 worst = _worstCase(limits);
        _give(account, worst);
        vm.prank(account);
        usdc.approve(address(paymaster), worst);
        ISimpleAccount.Call[] memory calls = new ISimpleAccount.Call[](2);
        calls[0] = ISimpleAccount.Call(address(paymaster), 0, abi.encodeCall(paymaster.deposit, (account, worst)));
        uint256 size = abi.encodeCall(ISimpleAccount.executeBatch, (calls)).length;
        bytes memory filling = new bytes((paymaster.MAX_CALL_DATA() - size) / 32 * 32);
        // An unknown function of the broker would revert, an account without code takes anything.
        _bySafe(0, abi.encodeCall(paymaster.setTarget, (keeper, true)));
        calls[1] = ISimpleAccount.Call(keeper, 0, filling);
        bytes memory callData = abi.encodeCall(ISimpleAccount.executeBatch, (calls));
        assertGt(callData.length, paymaster.MAX_CALL_DATA() - 64);
        PackedUserOperation memory op = _atGreatestFee(_op(account, aliceKey, callData, "", limits), aliceKey);
        (bool success, uint256 cost) = _runCovered(op);
        assertTrue(success);
        uint256 gas = _gasAfterCost(paymaster.earned(), cost);
        assertGt(gas, 6_700, "the dear write was met");
        assertLt(gas, 7_000);
    }

    function test_known_failure_gas_price_spike_is_bounded_by_what_was_signed() public {
        PackedUserOperation memory op = _op(_approveBroker(1), "");
        vm.fee(500 gwei);
        (bool success, uint256 cost) = _runCovered(op);
        assertTrue(success);
        assertLe(cost, 630_000 * MAX_FEE);
    }

    function test_known_failure_call_that_runs_out_of_gas_is_paid() public {
        Limits memory limits = _limits();
        limits.call = 5_000;
        (bool success,) = _runCovered(_op(account, aliceKey, _approveBroker(1), "", limits));
        assertFalse(success);
    }

    /* USDC REFUSES */

    function test_known_failure_blacklisted_account_is_settled_and_keeps_its_credit() public {
        PackedUserOperation memory op = _op(_execute(address(broker), abi.encodeCall(broker.currentEpoch, ())), "");
        vm.prank(address(0xB1));
        usdc.blacklist(account);
        (bool success,) = _runCovered(op);
        assertTrue(success);
        uint256 credit = paymaster.creditOf(account);
        vm.startPrank(account);
        vm.expectRevert("Blacklistable: account is blacklisted");
        paymaster.withdraw(account, credit);
        paymaster.withdraw(alice, credit);
        vm.stopPrank();
        assertEq(usdc.balanceOf(alice), credit);
    }

    function test_known_failure_paused_usdc_stops_top_ups_but_no_operation_with_credit() public {
        vm.prank(address(0xA1));
        (bool paused,) = address(usdc).call(abi.encodeWithSignature("pause()"));
        assertTrue(paused);
        (bool success,) = _runCovered(_op(_execute(address(broker), abi.encodeCall(broker.currentEpoch, ())), ""));
        assertTrue(success);
        uint256 credit = paymaster.creditOf(account);
        Limits memory limits = _greedy(500_000_000);
        bytes memory topUp = abi.encodePacked(uint8(0), uint96(_worstCase(limits)));
        PackedUserOperation memory op = _op(account, aliceKey, _approveBroker(1), topUp, limits);
        _expectRefusal(abi.encodeWithSignature("Error(string)", "Pausable: paused"));
        _send(op);
        assertEq(paymaster.creditOf(account), credit);
    }

    /* SLOTS */

    function test_emptied_credit_keeps_its_slot_so_that_a_refund_never_creates_one() public {
        vm.record();
        vm.prank(account);
        paymaster.withdraw(keeper, CREDIT);
        (, bytes32[] memory writes) = vm.accesses(address(paymaster));
        assertEq(paymaster.creditOf(account), 0);
        assertEq(vm.load(address(paymaster), writes[0]), bytes32(uint256(1) << 255));
    }
}
