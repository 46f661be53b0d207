// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FraudProofs} from "../../src/FraudProofs.sol";
import {RelayStaking} from "../../src/RelayStaking.sol";
import {StreamKeys} from "../../src/StreamKeys.sol";
import {Relay} from "../../src/interfaces/IRelayStaking.sol";
import {KeysConfig} from "../../src/interfaces/IStreamKeys.sol";
import {Fixture} from "../helpers/Fixture.sol";
import {StakingHandler} from "./StakingHandler.sol";

contract StakingInvariants is Fixture {
    StakingHandler private handler;

    function setUp() public override {
        super.setUp();
        // A key contract of its own, whose stream 1 belongs to the handler.
        address judge = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        keys = new StreamKeys(KeysConfig(address(usdc), treasury, judge, 500));
        staking = new RelayStaking(_stakingConfig(judge));
        fraudProofs = new FraudProofs(address(keys), address(staking));
        handler = new StakingHandler(staking, fraudProofs, keys, usdc, minter);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = StakingHandler.stake.selector;
        selectors[1] = StakingHandler.unbond.selector;
        selectors[2] = StakingHandler.withdraw.selector;
        selectors[3] = StakingHandler.pass.selector;
        selectors[4] = StakingHandler.serve.selector;
        selectors[5] = StakingHandler.prove.selector;
        selectors[6] = StakingHandler.withdrawCredit.selector;
        selectors[7] = StakingHandler.clear.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all, since each invariant of its own would walk the same paths again.
    function invariant_money_is_conserved_and_stakes_keep_their_shape() public view {
        _checkConservation();
        _checkRelays();
    }

    /// @dev Every micro-USDC that came in is in a stake or a credit, or was paid out.
    function _checkConservation() private view {
        assertEq(usdc.balanceOf(address(staking)), handler.stakes() + handler.credits(), "held");
        uint256 slashed;
        for (uint256 i; i < 4; ++i) {
            address node = handler.node(i);
            uint256 gone = handler.leftOf(node) + handler.slashedOf(node);
            assertEq(staking.relayOf(node).stake, handler.stakedOf(node) - gone, "stake = staked - left - slashed");
            slashed += handler.slashedOf(node);
        }
        assertEq(slashed, handler.credits() + handler.paid(), "slashed = credits + paid out");
        assertEq(handler.slashedOf(handler.node(0)), 0, "an honest relay is never slashed");
    }

    function _checkRelays() private view {
        for (uint256 i; i < 4; ++i) {
            Relay memory relay = staking.relayOf(handler.node(i));
            assertLe(relay.unbonding, relay.stake);
            assertEq(relay.unbonding == 0, relay.withdrawableAt == 0);
            assertEq(relay.stake == 0, relay.owner == address(0), "a registered relay has a stake");
            uint256 standing = staking.stakeOf(handler.node(i));
            assertTrue(standing == 0 || standing >= staking.MIN_STAKE());
        }
    }

    /// @dev The campaign must have done something: one long walk by itself slashes, also stake that is all unbonding.
    function test_the_handler_reaches_slashes_of_every_kind() public {
        for (uint256 i; i < 300; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            if (i % 4 == 0) handler.stake(seed, seed >> 8);
            handler.serve(seed >> 16, seed >> 24);
            if (i % 17 == 0) handler.unbond(seed >> 32, type(uint256).max);
            handler.prove(seed >> 40, seed >> 48);
            if (i % 5 == 0) handler.pass(seed >> 56);
            handler.withdraw(seed >> 64);
            handler.withdrawCredit(seed >> 72, seed >> 80);
            if (i % 20 == 0) handler.clear(i % 40 == 0);
        }
        assertGt(handler.slashes(), 5, "slashes");
        assertGt(handler.slashesOfUnbonding(), 0, "slashes of stake that is leaving");
        assertGt(handler.leftOf(handler.node(0)), 0, "withdrawals");
        assertGt(handler.paid(), 0, "payments");
        _checkConservation();
        _checkRelays();
    }
}
