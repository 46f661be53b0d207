// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PaymasterFixture} from "../helpers/PaymasterFixture.sol";
import {PaymasterHandler} from "./PaymasterHandler.sol";

contract PaymasterInvariants is PaymasterFixture {
    PaymasterHandler private handler;
    uint256 private held;

    function setUp() public override {
        super.setUp();
        _depositWithoutEnd();
        held = _depositOf(address(paymaster));
        handler = new PaymasterHandler(paymaster, factory, usdc, feed, address(broker), minter);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = PaymasterHandler.deposit.selector;
        selectors[1] = PaymasterHandler.withdraw.selector;
        selectors[2] = PaymasterHandler.operate.selector;
        selectors[3] = PaymasterHandler.operate.selector;
        selectors[4] = PaymasterHandler.operate.selector;
        selectors[5] = PaymasterHandler.movePrice.selector;
        selectors[6] = PaymasterHandler.pass.selector;
        selectors[7] = PaymasterHandler.spike.selector;
        selectors[8] = PaymasterHandler.takeEarned.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all, since each invariant of its own would walk the same paths again.
    function invariant_money_is_conserved_and_no_operation_is_at_a_loss() public view {
        _check();
    }

    function _check() private view {
        uint256 credits = handler.credits();
        assertEq(usdc.balanceOf(address(paymaster)), credits + paymaster.earned(), "held = credits + earned");
        assertEq(
            handler.deposited(),
            credits + paymaster.earned() + handler.withdrawn() + handler.taken(),
            "deposited = credits + earned + paid out"
        );
        assertGe(
            (paymaster.earned() + handler.taken()) * 1e18, handler.spentInUsdc(), "ETH is covered by what was earned"
        );
        assertEq(held - _depositOf(address(paymaster)), handler.spent(), "the deposit pays for operations only");
    }

    /// @dev The campaign must have done something: one long walk by itself meets every kind of operation. Each call is a transaction of its own, as in the
    /// campaign.
    /// forge-config: default.isolate = true
    function test_the_handler_reaches_operations_of_every_kind() public {
        for (uint256 i; i < 120; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            if (i % 3 == 0) handler.deposit(seed, seed >> 8);
            handler.operate(seed >> 16, i, seed >> 32, seed >> 48, seed >> 64, seed >> 80);
            if (i % 5 == 0) handler.movePrice(seed >> 96);
            if (i % 7 == 0) handler.pass(seed >> 104);
            if (i % 9 == 0) handler.spike(seed >> 112);
            if (i % 11 == 0) handler.takeEarned(seed >> 120);
            if (i % 13 == 0) handler.withdraw(seed >> 128, seed >> 136);
        }
        assertEq(handler.operations(), 120);
        assertGt(handler.failures(), 20);
        assertLt(handler.failures(), 100);
        assertGt(handler.topUps(), 5);
        assertGt(handler.withdrawn(), 0);
        assertGt(handler.taken(), 0);
        _check();
    }
}
