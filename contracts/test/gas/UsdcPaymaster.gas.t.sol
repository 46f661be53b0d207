// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {PaymasterFixture} from "../helpers/PaymasterFixture.sol";
import {RealEntryPoint} from "../helpers/RealEntryPoint.sol";

/// @notice Gas of `handleOps` as a whole transaction (intrinsic gas and calldata included) with one operation, which approves USDC to the broker.
/// The account, its nonce, allowances and balances exist; each test sends the same operation from the same state.
contract UsdcPaymasterGasTest is PaymasterFixture {
    function setUp() public override {
        super.setUp();
        // The account has sent an operation of its own before, has approved the paymaster and the broker, and has a deposit at EntryPoint.
        _give(account, 1000e6);
        vm.deal(account, 1 ether);
        vm.deal(bundler, 1 ether);
        entryPoint.depositTo{value: 1 ether}(account);
        vm.prank(account);
        usdc.approve(address(paymaster), 500e6);
        PackedUserOperation memory own = _op(_approveBroker(2e6), "");
        own.paymasterAndData = "";
        _signOp(own, aliceKey);
        _send(own);
        // The paymaster has served somebody else.
        address other = RealEntryPoint.createAccount(entryPoint, factory, relay);
        _credit(other, 100e6);
        _send(_op(other, relayKey, _approveBroker(2e6), "", _limits()));
    }

    function _measure(string memory name, PackedUserOperation memory op) private returns (uint256 gas) {
        PackedUserOperation[] memory ops = new PackedUserOperation[](1);
        ops[0] = op;
        vm.prank(bundler);
        entryPoint.handleOps(ops, payable(bundler));
        gas = vm.lastCallGas().gasTotalUsed;
        assertEq(usdc.allowance(account, address(broker)), 3e6, "the operation was done");
        vm.snapshotValue("paymaster", name, gas);
    }

    /// @dev The operation without a paymaster: the account pays.
    function _own() private view returns (PackedUserOperation memory op) {
        op = _op(_approveBroker(3e6), "");
        op.paymasterAndData = "";
        _signOp(op, aliceKey);
    }

    function _ownGas() private returns (uint256 gas) {
        uint256 state = vm.snapshotState();
        gas = _measure("paidByTheAccountsDeposit", _own());
        vm.revertToState(state);
    }

    /// forge-config: default.isolate = true
    function test_gas_steady_state_costs_at_most_25000_more_than_the_account_paying_in_eth() public {
        _credit(account, 100e6);
        uint256 own = _ownGas();
        uint256 gas = _measure("steadyState", _op(_approveBroker(3e6), ""));
        vm.snapshotValue("paymaster", "overheadSteadyState", gas - own);
        assertLe(gas - own, 25_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_with_top_up() public {
        _credit(account, 1);
        uint256 own = _ownGas();
        uint256 gas = _measure("withTopUp", _op(_approveBroker(3e6), abi.encodePacked(uint8(0), uint96(50e6))));
        vm.snapshotValue("paymaster", "overheadWithTopUp", gas - own);
        assertLe(gas - own, 52_500);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_the_first_use_with_its_top_up() public {
        uint256 own = _ownGas();
        uint256 gas = _measure("firstUse", _op(_approveBroker(3e6), abi.encodePacked(uint8(0), uint96(50e6))));
        vm.snapshotValue("paymaster", "overheadFirstUse", gas - own);
        assertLe(gas - own, 70_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_with_a_fresh_price() public {
        _credit(account, 100e6);
        uint256 own = _ownGas();
        uint256 gas = _measure("withFreshPrice", _op(_approveBroker(3e6), hex"01"));
        vm.snapshotValue("paymaster", "overheadWithFreshPrice", gas - own);
    }

    /// @dev The account has a rest at EntryPoint, as after every operation, and adds what is missing from its balance.
    /// forge-config: default.isolate = true
    function test_gas_paid_by_the_accounts_eth() public {
        uint256 held = entryPoint.balanceOf(account);
        vm.prank(account);
        entryPoint.withdrawTo(payable(account), held - 1);
        _measure("paidByTheAccountsEth", _own());
    }

    /* AFTER THE COST IS TOLD */

    /// @dev As a rule; the greatest that is known is in UsdcPaymasterFailures.
    /// forge-config: default.isolate = true
    function test_gas_that_entry_point_spends_after_it_has_told_the_cost() public {
        _credit(account, 1000e6);
        uint256 before = paymaster.earned();
        (, uint256 cost) = _run(_atGreatestFee(_op(_approveBroker(3e6), ""), aliceKey));
        uint256 gas = _gasAfterCost(paymaster.earned() - before, cost);
        vm.snapshotValue("paymaster", "gasAfterCost", gas);
        assertLt(gas, paymaster.POST_OP_GAS());
    }
}
