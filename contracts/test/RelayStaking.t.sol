// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RelayStaking} from "../src/RelayStaking.sol";
import {Receipt as ServedReceipt, Relay, StakingConfig} from "../src/interfaces/IRelayStaking.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {Fixture} from "./helpers/Fixture.sol";

contract RelayStakingTest is Fixture {
    bytes32 private constant ENDPOINTS = keccak256("endpoints");

    function _register(uint256 stake) private {
        _give(alice, stake);
        bytes memory proof = _proof(alice);
        vm.startPrank(alice);
        usdc.approve(address(staking), stake);
        staking.register(relay, ENDPOINTS, 10_000, stake, proof);
        vm.stopPrank();
    }

    function _proof(address owner) private view returns (bytes memory) {
        return _sign(relayKey, staking.registrationDigest(relay, owner));
    }

    function test_bad_parameters_are_refused() public {
        StakingConfig memory good = _stakingConfig(address(fraudProofs));
        for (uint256 i; i < 8; ++i) {
            StakingConfig memory bad = abi.decode(abi.encode(good), (StakingConfig));
            if (i == 0) bad.usdc = address(0);
            if (i == 1) bad.fraudProofs = address(0);
            if (i == 2) bad.treasury = address(0);
            if (i == 3) bad.minStake = 0;
            if (i == 4) bad.unbondSeconds = 1;
            if (i == 5) bad.slashBps = 10_001;
            if (i == 6) bad.reporterBps = 5001;
            if (i == 7) bad.burnBps = 8001;
            vm.expectRevert(Errors.BadConfig.selector);
            new RelayStaking(bad);
        }
    }

    function test_register_takes_the_stake_and_remembers_the_relay() public {
        _give(alice, 150e6);
        bytes memory proof = _proof(alice);
        vm.startPrank(alice);
        usdc.approve(address(staking), 150e6);
        vm.expectEmit(address(staking));
        emit Events.Registered(relay, alice, 150e6);
        vm.expectEmit(address(staking));
        emit Events.Updated(relay, ENDPOINTS, 10_000);
        staking.register(relay, ENDPOINTS, 10_000, 150e6, proof);
        vm.stopPrank();
        Relay memory known = staking.relayOf(relay);
        assertEq(known.owner, alice);
        assertEq(known.price, 10_000);
        assertEq(known.stake, 150e6);
        assertEq(known.endpoints, ENDPOINTS);
        assertEq(staking.stakeOf(relay), 150e6);
        assertEq(staking.stakeOf(keeper), 0);
        assertEq(usdc.balanceOf(address(staking)), 150e6);
    }

    function test_node_must_have_signed_for_this_owner() public {
        _give(keeper, 100e6);
        bytes memory forAlice = _proof(alice);
        bytes memory forKeeper = _proof(keeper);
        vm.startPrank(keeper);
        usdc.approve(address(staking), 100e6);
        vm.expectRevert(Errors.BadProof.selector);
        staking.register(relay, ENDPOINTS, 1, 100e6, forAlice);
        vm.expectRevert(Errors.ZeroAddress.selector);
        staking.register(address(0), ENDPOINTS, 1, 100e6, new bytes(65));
        vm.expectRevert(abi.encodeWithSelector(Errors.StakeTooLow.selector, 100e6));
        staking.register(relay, ENDPOINTS, 1, 100e6 - 1, forKeeper);
        staking.register(relay, ENDPOINTS, 1, 100e6, forKeeper);
        vm.expectRevert(Errors.AlreadyRegistered.selector);
        staking.register(relay, ENDPOINTS, 1, 100e6, forKeeper);
    }

    function test_registration_digest_is_a_node_proof() public view {
        bytes32 challenge = sha256(abi.encodePacked("clustercast register", alice));
        bytes32 hash = keccak256(abi.encode(keccak256("NodeProof(address node,bytes32 challenge)"), relay, challenge));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", staking.domainSeparator(), hash));
        assertEq(staking.registrationDigest(relay, alice), digest);
    }

    function test_owner_and_node_update() public {
        _register(100e6);
        vm.prank(relay);
        staking.update(relay, "new", 5);
        assertEq(staking.relayOf(relay).price, 5);
        vm.prank(alice);
        staking.update(relay, "newer", 6);
        assertEq(staking.relayOf(relay).endpoints, "newer");
        vm.expectRevert(Errors.NotRelayOwner.selector);
        staking.update(relay, "x", 7);
        vm.expectRevert(Errors.NotRegistered.selector);
        staking.update(keeper, "x", 7);
    }

    function test_stake_grows_and_leaves_after_its_delay() public {
        _register(100e6);
        _give(alice, 50e6);
        vm.startPrank(alice);
        usdc.approve(address(staking), 50e6);
        staking.addStake(relay, 50e6);
        vm.expectRevert(Errors.ZeroAmount.selector);
        staking.addStake(relay, 0);
        vm.expectRevert(Errors.NothingUnbonding.selector);
        staking.withdraw(relay, alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.StakeTooLow.selector, 100e6));
        staking.unbond(relay, 50e6 + 1);
        vm.expectRevert(Errors.InsufficientStake.selector);
        staking.unbond(relay, 150e6 + 1);
        staking.unbond(relay, 50e6);
        assertEq(staking.stakeOf(relay), 100e6);
        uint256 due = vm.getBlockTimestamp() + 14 * DAY;
        vm.warp(due - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotDue.selector, due));
        staking.withdraw(relay, alice);
        vm.warp(due);
        vm.expectRevert(Errors.BadRecipient.selector);
        staking.withdraw(relay, address(0));
        staking.withdraw(relay, keeper);
        assertEq(usdc.balanceOf(keeper), 50e6);
        assertEq(staking.relayOf(relay).unbonding, 0);
        assertEq(staking.relayOf(relay).owner, alice);
    }

    function test_relay_without_stake_is_forgotten_and_may_come_back() public {
        _register(100e6);
        vm.startPrank(alice);
        staking.unbond(relay, 100e6);
        assertEq(staking.stakeOf(relay), 0);
        vm.warp(vm.getBlockTimestamp() + 14 * DAY);
        staking.withdraw(relay, alice);
        vm.stopPrank();
        assertEq(staking.relayOf(relay).owner, address(0));
        _register(100e6);
        assertEq(staking.stakeOf(relay), 100e6);
    }

    function test_unbonding_can_be_cancelled_and_only_the_owner_acts() public {
        _register(100e6);
        vm.startPrank(alice);
        staking.unbond(relay, 100e6);
        staking.unbond(relay, 0);
        assertEq(staking.relayOf(relay).withdrawableAt, 0);
        vm.stopPrank();
        vm.startPrank(relay);
        vm.expectRevert(Errors.NotRelayOwner.selector);
        staking.unbond(relay, 1);
        vm.expectRevert(Errors.NotRelayOwner.selector);
        staking.withdraw(relay, relay);
        vm.expectRevert(Errors.NotRelayOwner.selector);
        staking.addStake(relay, 1);
        vm.expectRevert(Errors.NotRegistered.selector);
        staking.addStake(keeper, 1);
    }

    function test_receipt_signer() public view {
        ServedReceipt memory receipt = ServedReceipt(relay, viewer, "head", "root", 1, 2);
        bytes memory signature = _sign(relayKey, staking.hashReceipt(receipt));
        assertEq(staking.receiptSigner(receipt, signature), relay);
        receipt.servedRoot = "other";
        assertTrue(staking.receiptSigner(receipt, signature) != relay);
    }
}
