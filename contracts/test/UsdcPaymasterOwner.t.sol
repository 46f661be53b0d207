// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {PaymasterFixture} from "./helpers/PaymasterFixture.sol";
import {RealEntryPoint} from "./helpers/RealEntryPoint.sol";
import {ISafe, RealSafe} from "./helpers/RealSafe.sol";

/// @notice What the owner, a Safe of two in three, may do, and what it may not.
contract UsdcPaymasterOwnerTest is PaymasterFixture {
    using RealSafe for ISafe;

    function setUp() public override {
        super.setUp();
        _credit(account, 50e6);
        _send(_op(_approveBroker(1), ""));
    }

    function _one() private view returns (uint256[] memory keys) {
        keys = new uint256[](1);
        keys[0] = signers[0];
    }

    /// @dev A call by the Safe that fails with `reason`, which the Safe hands on.
    function _refusedBySafe(bytes memory data, bytes memory reason) private {
        bytes memory signatures = safe.sign(address(paymaster), 0, data, _two());
        vm.expectRevert(reason);
        safe.execTransaction(address(paymaster), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
    }

    function _needsTwo(bytes memory data) private {
        bytes memory signatures = safe.sign(address(paymaster), 0, data, _one());
        vm.expectRevert("GS020");
        safe.execTransaction(address(paymaster), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
        // The same key twice is no second signature.
        signatures = abi.encodePacked(signatures, signatures);
        vm.expectRevert("GS026");
        safe.execTransaction(address(paymaster), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
        _bySafe(0, data);
    }

    function test_two_signatures_move_what_was_earned() public {
        uint256 earned = paymaster.earned();
        assertGt(earned, 0);
        _needsTwo(abi.encodeCall(paymaster.withdrawEarned, (keeper, earned)));
        assertEq(usdc.balanceOf(keeper), earned);
        assertEq(paymaster.earned(), 0);
        assertEq(usdc.balanceOf(address(paymaster)), paymaster.creditOf(account));
    }

    function test_two_signatures_change_the_list() public {
        _needsTwo(abi.encodeCall(paymaster.setTarget, (address(staking), true)));
        assertTrue(paymaster.isTarget(address(staking)));
    }

    function test_owner_cannot_touch_credits() public {
        uint256 earned = paymaster.earned();
        bytes memory reason = abi.encodePacked(Errors.InsufficientBalance.selector);
        _refusedBySafe(abi.encodeCall(paymaster.withdrawEarned, (keeper, earned + 1)), reason);
        _refusedBySafe(abi.encodeCall(paymaster.withdraw, (keeper, 1)), reason);
        // Nor by way of USDC, whose allowances the paymaster never gives.
        assertEq(usdc.allowance(address(paymaster), address(safe)), 0);
    }

    /// @dev What an operation holds is counted as earned until its postOp. An owner who takes it in between would take a user's credit.
    function test_owner_takes_nothing_while_operations_are_under_way() public {
        uint256 before = paymaster.creditOf(account);
        uint256 greedy = paymaster.earned() + 1;
        bytes memory take = abi.encodeCall(paymaster.withdrawEarned, (keeper, greedy));
        // Another account, which pays for itself, carries the Safe's transaction into the bundle, before the first operation is settled.
        address courier = RealEntryPoint.createAccount(entryPoint, factory, relay);
        entryPoint.depositTo{value: 1 ether}(courier);
        bytes memory signatures = safe.sign(address(paymaster), 0, take, _two());
        bytes memory data = abi.encodeCall(
            ISafe.execTransaction,
            (address(paymaster), 0, take, 0, 0, 0, 0, address(0), payable(address(0)), signatures)
        );
        PackedUserOperation[] memory ops = new PackedUserOperation[](2);
        ops[0] = _op(courier, relayKey, _execute(address(safe), data), "", _limits());
        ops[0].paymasterAndData = "";
        _signOp(ops[0], relayKey);
        ops[1] = _op(_approveBroker(2), "");
        vm.expectEmit(address(entryPoint));
        bytes memory reason = abi.encodePacked(Errors.OperationsPending.selector);
        emit IEntryPoint.UserOperationRevertReason(entryPoint.getUserOpHash(ops[0]), courier, 0, reason);
        _send(ops);
        assertEq(usdc.balanceOf(keeper), 0);
        assertGt(paymaster.earned(), greedy, "there would have been enough");
        assertLt(paymaster.creditOf(account), before);
        assertEq(usdc.balanceOf(address(paymaster)), paymaster.earned() + paymaster.creditOf(account));
    }

    function test_owner_pays_out_to_a_real_recipient() public {
        vm.startPrank(address(safe));
        vm.expectRevert(Errors.ZeroAmount.selector);
        paymaster.withdrawEarned(keeper, 0);
        vm.expectRevert(Errors.BadRecipient.selector);
        paymaster.withdrawEarned(address(0), 1);
        vm.expectRevert(Errors.BadRecipient.selector);
        paymaster.withdrawEarned(address(paymaster), 1);
        vm.expectEmit(address(paymaster));
        emit Events.EarnedWithdrawn(keeper, 1);
        paymaster.withdrawEarned(keeper, 1);
    }

    function test_everybody_else_is_refused() public {
        address[3] memory others = [alice, account, vm.addr(signers[0])];
        for (uint256 i; i < others.length; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert(Errors.NotOwner.selector);
            paymaster.setTarget(keeper, true);
            vm.expectRevert(Errors.NotOwner.selector);
            paymaster.withdrawEarned(keeper, 1);
            vm.expectRevert(Errors.NotOwner.selector);
            paymaster.addStake(1);
            vm.expectRevert(Errors.NotOwner.selector);
            paymaster.unlockStake();
            vm.expectRevert(Errors.NotOwner.selector);
            paymaster.withdrawStake(payable(keeper));
            vm.expectRevert(Errors.NotOwner.selector);
            paymaster.withdrawDeposit(payable(keeper), 1);
            vm.stopPrank();
        }
    }

    function test_list_is_bounded_and_counts_each_target_once() public {
        vm.startPrank(address(safe));
        paymaster.setTarget(address(broker), true);
        assertEq(paymaster.targetCount(), 1);
        for (uint160 i = 1; i < paymaster.MAX_TARGETS(); ++i) {
            vm.expectEmit(address(paymaster));
            emit Events.TargetSet(address(1000 + i), true);
            paymaster.setTarget(address(1000 + i), true);
        }
        vm.expectRevert(Errors.TooManyTargets.selector);
        paymaster.setTarget(keeper, true);
        paymaster.setTarget(address(broker), false);
        paymaster.setTarget(address(broker), false);
        assertEq(paymaster.targetCount(), paymaster.MAX_TARGETS() - 1);
        paymaster.setTarget(keeper, true);
        vm.stopPrank();
    }

    function test_rules_of_usdc_and_of_the_paymaster_are_fixed() public {
        vm.startPrank(address(safe));
        vm.expectRevert(Errors.BadTarget.selector);
        paymaster.setTarget(address(usdc), true);
        vm.expectRevert(Errors.BadTarget.selector);
        paymaster.setTarget(address(paymaster), true);
        vm.expectRevert(Errors.BadTarget.selector);
        paymaster.setTarget(address(0), true);
        vm.stopPrank();
    }

    function test_owner_takes_back_the_eth() public {
        uint256 held = _depositOf(address(paymaster));
        _bySafe(0, abi.encodeCall(paymaster.withdrawDeposit, (payable(keeper), held)));
        assertEq(keeper.balance, held);
        assertEq(entryPoint.getDepositInfo(address(paymaster)).stake, 1 ether);
        _bySafe(0, abi.encodeCall(paymaster.unlockStake, ()));
        bytes memory reason = abi.encodeWithSignature("Error(string)", "Stake withdrawal is not due");
        _refusedBySafe(abi.encodeCall(paymaster.withdrawStake, (payable(keeper))), reason);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        _bySafe(0, abi.encodeCall(paymaster.withdrawStake, (payable(keeper))));
        assertEq(keeper.balance, held + 1 ether);
        // Credits do not depend on it.
        uint256 credit = paymaster.creditOf(account);
        vm.prank(account);
        paymaster.withdraw(alice, credit);
        assertEq(usdc.balanceOf(alice), credit);
    }
}
