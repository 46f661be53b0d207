// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymaster} from "@account-abstraction/contracts/interfaces/IPaymaster.sol";
import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {PaymasterFixture} from "./helpers/PaymasterFixture.sol";
import {ISimpleAccountFactory, RealEntryPoint} from "./helpers/RealEntryPoint.sol";

contract UsdcPaymasterTest is PaymasterFixture {
    function _topUp(uint256 amount) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(0), uint96(amount));
    }

    function _allow(uint256 amount) private {
        _give(account, amount);
        vm.prank(account);
        usdc.approve(address(paymaster), amount);
    }

    /* PAYING */

    function test_operation_is_paid_out_of_the_credit_without_a_transfer() public {
        _credit(account, 50e6);
        uint256 held = usdc.balanceOf(address(paymaster));
        uint256 before = _depositOf(address(paymaster));
        (bool success, uint256 cost) = _run(_op(_approveBroker(7e6), ""));
        assertTrue(success);
        assertEq(usdc.allowance(account, address(broker)), 7e6);
        assertEq(before - _depositOf(address(paymaster)), cost, "EntryPoint took the cost of the paymaster's deposit");
        assertEq(usdc.balanceOf(address(paymaster)), held, "no token moved");
        assertEq(paymaster.earned() + paymaster.creditOf(account), 50e6);
        assertGe(paymaster.earned(), paymaster.quote(cost), "the charge covers the cost");
        // What is charged too much is bounded by the allowance for postOp.
        assertLe(paymaster.earned(), paymaster.quote(cost + paymaster.POST_OP_GAS() * MAX_FEE));
    }

    function test_charge_is_told_by_an_event() public {
        _credit(account, 50e6);
        PackedUserOperation memory op = _op(_approveBroker(1), "");
        vm.expectEmit(true, false, false, false, address(paymaster));
        emit Events.GasPaid(account, 0);
        _send(op);
    }

    function testFuzz_charge_covers_the_cost_whatever_the_limits(
        uint256 callGas,
        uint256 verification,
        uint256 postOp,
        uint256 fee,
        uint256 size
    ) public {
        Limits memory limits = _limits();
        limits.call = bound(callGas, 1_000, 2_000_000);
        limits.verification = bound(verification, 100_000, 2_000_000);
        limits.postOp = bound(postOp, paymaster.POST_OP_GAS(), paymaster.MAX_POST_OP_GAS());
        _depositWithoutEnd();
        _credit(account, 1e12);
        bytes memory data = new bytes(bound(size, 4, 4_000));
        PackedUserOperation memory op = _op(account, aliceKey, _execute(address(broker), data), "", limits);
        fee = bound(fee, 1, 1000 gwei);
        op.gasFees = bytes32((fee << 128) | fee);
        _signOp(op, aliceKey);
        uint256 before = _depositOf(address(paymaster));
        _send(op);
        assertGe(paymaster.earned(), paymaster.quote(before - _depositOf(address(paymaster))));
        assertEq(paymaster.earned() + paymaster.creditOf(account), 1e12);
    }

    function test_operation_that_reverts_is_paid_all_the_same() public {
        _credit(account, 50e6);
        (bool success, uint256 cost) = _run(_op(_execute(address(broker), hex"deadbeef"), ""));
        assertFalse(success);
        assertGe(paymaster.earned(), paymaster.quote(cost));
        assertEq(paymaster.earned() + paymaster.creditOf(account), 50e6);
    }

    function test_account_is_deployed_by_its_first_operation() public {
        address counterfactual = factory.getAddress(alice, 7);
        _credit(counterfactual, 50e6);
        Limits memory limits = _limits();
        limits.verification = 500_000;
        PackedUserOperation memory op = _op(counterfactual, aliceKey, _approveBroker(1), "", limits);
        op.initCode = abi.encodePacked(factory, abi.encodeCall(ISimpleAccountFactory.createAccount, (alice, 7)));
        _signOp(op, aliceKey);
        (bool success,) = _run(op);
        assertTrue(success);
        assertGt(counterfactual.code.length, 0);
    }

    function test_credit_of_exactly_the_worst_case_is_enough() public {
        uint256 worst = _worstCase(_limits());
        _credit(account, worst - 1);
        PackedUserOperation memory op = _op(_approveBroker(1), "");
        _expectRefusal(abi.encodeWithSelector(Errors.CreditTooLow.selector, worst, worst - 1));
        _send(op);
        _credit(account, 1);
        (bool success,) = _run(op);
        assertTrue(success);
        assertGt(paymaster.creditOf(account), 0, "the unused part came back");
    }

    function test_only_entry_point_validates_and_settles() public {
        PackedUserOperation memory op = _op(_approveBroker(1), "");
        vm.expectRevert(Errors.NotEntryPoint.selector);
        paymaster.validatePaymasterUserOp(op, 0, 0);
        vm.expectRevert(Errors.NotEntryPoint.selector);
        paymaster.postOp(IPaymaster.PostOpMode.opSucceeded, new bytes(64), 0, 0);
    }

    function test_operation_that_alice_has_not_signed_moves_no_credit() public {
        _credit(account, 50e6);
        PackedUserOperation memory op = _op(_approveBroker(1), "");
        _signOp(op, relayKey);
        vm.expectRevert();
        _send(op);
        assertEq(paymaster.creditOf(account), 50e6);
    }

    /* TOP-UP */

    function test_top_up_takes_what_was_signed_for_when_the_credit_is_too_small() public {
        _allow(20e6);
        (bool success,) = _run(_op(_approveBroker(1), _topUp(20e6)));
        assertTrue(success);
        assertEq(usdc.balanceOf(account), 0);
        assertEq(paymaster.creditOf(account) + paymaster.earned(), 20e6);
    }

    function test_top_up_is_left_alone_while_the_credit_is_enough() public {
        _credit(account, 50e6);
        _allow(20e6);
        _send(_op(_approveBroker(1), _topUp(20e6)));
        assertEq(usdc.balanceOf(account), 20e6);
    }

    function test_top_up_must_cover_what_is_missing() public {
        _allow(20e6);
        uint256 worst = _worstCase(_limits());
        PackedUserOperation memory op = _op(_approveBroker(1), _topUp(worst - 1));
        _expectRefusal(abi.encodeWithSelector(Errors.CreditTooLow.selector, worst, worst - 1));
        _send(op);
        // Flags alone, and a cut-off amount, are no top-up.
        op = _op(_approveBroker(1), hex"00");
        _expectRefusal(abi.encodeWithSelector(Errors.CreditTooLow.selector, worst, 0));
        _send(op);
        op = _op(_approveBroker(1), hex"00ffffffffffffffffffffff");
        _expectRefusal(abi.encodeWithSelector(Errors.CreditTooLow.selector, worst, 0));
        _send(op);
        op = _op(_approveBroker(1), _topUp(worst));
        _send(op);
        assertEq(usdc.balanceOf(account), 20e6 - worst);
    }

    function test_top_up_without_allowance_or_money_is_refused() public {
        _give(account, 20e6);
        PackedUserOperation memory op = _op(_approveBroker(1), _topUp(20e6));
        _expectRefusal(abi.encodeWithSignature("Error(string)", "ERC20: transfer amount exceeds allowance"));
        _send(op);
    }

    /* CREDITS */

    function test_anybody_fills_a_credit_and_only_its_account_empties_it() public {
        _give(bundler, 3e6);
        vm.startPrank(bundler);
        usdc.approve(address(paymaster), 3e6);
        vm.expectEmit(address(paymaster));
        emit Events.GasCreditAdded(alice, bundler, 3e6);
        paymaster.deposit(alice, 3e6);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        paymaster.withdraw(bundler, 1);
        vm.stopPrank();
        vm.expectEmit(address(paymaster));
        emit Events.GasCreditWithdrawn(alice, keeper, 3e6);
        vm.prank(alice);
        paymaster.withdraw(keeper, 3e6);
        assertEq(usdc.balanceOf(keeper), 3e6);
        assertEq(paymaster.creditOf(alice), 0);
    }

    function test_withdrawal_is_bounded_and_goes_to_a_real_recipient() public {
        _credit(alice, 3e6);
        vm.startPrank(alice);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        paymaster.withdraw(alice, 3e6 + 1);
        vm.expectRevert(Errors.ZeroAmount.selector);
        paymaster.withdraw(alice, 0);
        vm.expectRevert(Errors.BadRecipient.selector);
        paymaster.withdraw(address(0), 1);
        vm.expectRevert(Errors.BadRecipient.selector);
        paymaster.withdraw(address(paymaster), 1);
        vm.stopPrank();
        vm.expectRevert(Errors.ZeroAddress.selector);
        paymaster.deposit(address(0), 1);
        vm.expectRevert(Errors.ZeroAmount.selector);
        paymaster.deposit(alice, 0);
    }

    function test_account_without_eth_withdraws_its_credit_by_an_operation() public {
        _credit(account, 50e6);
        uint256 free = 50e6 - _worstCase(_limits());
        (bool success,) = _run(_op(_execute(address(paymaster), abi.encodeCall(paymaster.withdraw, (alice, free))), ""));
        assertTrue(success);
        assertEq(usdc.balanceOf(alice), free);
    }

    /* LIMITS */

    function _expectLimitRefused(Limits memory limits) private {
        PackedUserOperation memory op = _op(account, aliceKey, _approveBroker(1), "", limits);
        _expectRefusal(Errors.GasLimitOutOfRange.selector);
        _send(op);
    }

    function test_limits_of_post_op_and_validation_are_bounded() public {
        _depositWithoutEnd();
        _credit(account, 1e9);
        (uint256 least, uint256 most) = (paymaster.POST_OP_GAS(), paymaster.MAX_POST_OP_GAS());
        Limits memory limits = _limits();
        limits.postOp = least - 1;
        _expectLimitRefused(limits);
        limits.postOp = most + 1;
        _expectLimitRefused(limits);
        limits.postOp = type(uint64).max;
        _expectLimitRefused(limits);
        (limits.postOp, limits.paymasterVerification) = (most, paymaster.MAX_VERIFICATION_GAS() + 1);
        _expectLimitRefused(limits);
        limits.paymasterVerification = paymaster.MAX_VERIFICATION_GAS();
        _send(_op(account, aliceKey, _approveBroker(1), "", limits));
        limits.postOp = least;
        _send(_op(account, aliceKey, _approveBroker(1), "", limits));
    }

    function test_cost_beyond_all_money_is_refused() public {
        _depositWithoutEnd();
        Limits memory limits = _limits();
        limits.call = type(uint120).max;
        PackedUserOperation memory op = _op(account, aliceKey, _approveBroker(1), "", limits);
        _expectRefusal(Errors.CostTooHigh.selector);
        _send(op);
    }
}

/// @notice An externally owned account that delegates to the real Simple7702Account (EIP-7702).
/// forge-config: default.evm_version = "prague"
contract UsdcPaymaster7702Test is PaymasterFixture {
    address private eoa;
    uint256 private eoaKey;

    function setUp() public override {
        super.setUp();
        (eoa, eoaKey) = makeAddrAndKey("eoa");
        vm.signAndAttachDelegation(RealEntryPoint.create(RealEntryPoint.code("Simple7702Account")), eoaKey);
        _give(eoa, 30e6);
    }

    function _permitBytes(uint256 amount) private view returns (bytes memory) {
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                eoa,
                address(paymaster),
                amount,
                usdc.nonces(eoa),
                type(uint256).max
            )
        );
        return _sign(eoaKey, keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), hash)));
    }

    function _permitOp(bytes memory permit) private view returns (PackedUserOperation memory) {
        bytes memory data = abi.encodePacked(uint8(0), uint96(10e6), permit);
        Limits memory limits = _limits();
        limits.paymasterVerification = 300_000;
        return _op(eoa, eoaKey, _approveBroker(1e6), data, limits);
    }

    function test_first_operation_needs_no_eth_and_no_earlier_approval() public {
        assertEq(eoa.balance, 0);
        (bool success,) = _run(_permitOp(_permitBytes(10e6)));
        assertTrue(success);
        assertEq(usdc.allowance(eoa, address(broker)), 1e6);
        assertEq(usdc.balanceOf(eoa), 20e6);
        assertEq(paymaster.creditOf(eoa) + paymaster.earned(), 10e6);
    }

    function test_permit_that_somebody_sent_before_does_no_harm() public {
        bytes memory permit = _permitBytes(10e6);
        PackedUserOperation memory op = _permitOp(permit);
        vm.prank(bundler);
        usdc.permit(eoa, address(paymaster), 10e6, type(uint256).max, permit);
        (bool success,) = _run(op);
        assertTrue(success);
        assertEq(usdc.balanceOf(eoa), 20e6);
    }

    function test_permit_of_another_amount_gives_nothing() public {
        PackedUserOperation memory op = _permitOp(_permitBytes(9e6));
        _expectRefusal(abi.encodeWithSignature("Error(string)", "ERC20: transfer amount exceeds allowance"));
        _send(op);
    }
}
