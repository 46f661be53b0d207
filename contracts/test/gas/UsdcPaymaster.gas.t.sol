// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {PaymasterFixture} from "../helpers/PaymasterFixture.sol";

/// @notice Gas of `handleOps` as a whole transaction (intrinsic gas and calldata included) with one operation, which approves USDC to the broker.
/// The account, its nonce, allowances and balances exist; each test sends the same operation from the same state.
contract UsdcPaymasterGasTest is PaymasterFixture {
    function setUp() public override {
        super.setUp();
        _give(account, 1000e6);
        // Alice's account has approved the paymaster and the broker before, and has a deposit of its own at EntryPoint.
        vm.startPrank(account);
        usdc.approve(address(paymaster), 500e6);
        usdc.approve(address(broker), 1e6);
        vm.stopPrank();
        entryPoint.depositTo{value: 1 ether}(account);
        vm.deal(account, 1 ether);
        vm.deal(bundler, 1 ether);
        // The first operation writes the nonce and the account's credit, and earns something.
        _credit(account, 100e6);
        _send(_op(_approveBroker(2e6), ""));
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

    function _empty() private {
        uint256 credit = paymaster.creditOf(account);
        vm.prank(account);
        paymaster.withdraw(address(this), credit);
    }

    /// forge-config: default.isolate = true
    function test_gas_steady_state_costs_at_most_25000_more_than_the_account_paying_in_eth() public {
        uint256 state = vm.snapshotState();
        uint256 own = _measure("paidByTheAccountsDeposit", _own());
        vm.revertToState(state);
        uint256 steady = _measure("steadyState", _op(_approveBroker(3e6), ""));
        vm.snapshotValue("paymaster", "overheadSteadyState", steady - own);
        assertLe(steady - own, 25_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_paid_by_the_accounts_eth() public {
        vm.prank(account);
        (bool ok,) =
            address(entryPoint).call(abi.encodeWithSignature("withdrawTo(address,uint256)", account, 1 ether - 1));
        assertTrue(ok);
        _measure("paidByTheAccountsEth", _own());
    }

    /// forge-config: default.isolate = true
    function test_gas_with_a_fresh_price() public {
        _measure("withFreshPrice", _op(_approveBroker(3e6), hex"01"));
    }

    /// forge-config: default.isolate = true
    function test_gas_with_top_up() public {
        uint256 state = vm.snapshotState();
        uint256 own = _measure("paidByTheAccountsDeposit", _own());
        vm.revertToState(state);
        _empty();
        uint256 topUp = _measure("withTopUp", _op(_approveBroker(3e6), abi.encodePacked(uint8(0), uint96(50e6))));
        vm.snapshotValue("paymaster", "overheadWithTopUp", topUp - own);
    }
}
