// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {ContractWallet} from "./helpers/ContractWallet.sol";
import {Fixture} from "./helpers/Fixture.sol";

contract CreditsTest is Fixture {
    function setUp() public override {
        super.setUp();
        _fund(alice, viewerKey, 10e6);
        broker.redeem(_batch(0, 4));
    }

    /* PAYOUT */

    function test_account_is_paid_to_any_address() public {
        vm.expectEmit(address(broker));
        emit Events.Withdrawn(relay, keeper, 100_000, 0);
        vm.prank(relay);
        broker.withdraw(keeper, 100_000);
        assertEq(usdc.balanceOf(keeper), 100_000);
        assertEq(broker.creditOf(relay), 40_000);
    }

    function test_payout_is_bounded_by_the_credit() public {
        vm.startPrank(relay);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        broker.withdraw(relay, 140_001);
        vm.expectRevert(Errors.ZeroAmount.selector);
        broker.withdraw(relay, 0);
        vm.expectRevert(Errors.BadRecipient.selector);
        broker.withdraw(address(0), 1);
        vm.expectRevert(Errors.BadRecipient.selector);
        broker.withdraw(address(broker), 1);
        vm.stopPrank();
        vm.prank(keeper);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        broker.withdraw(keeper, 1);
    }

    function test_node_key_without_eth_is_paid_by_its_signature() public {
        bytes32 digest = broker.withdrawDigest(relay, broadcaster, 140_000, 1_000, 0, vm.getBlockTimestamp());
        bytes memory signature = _sign(relayKey, digest);
        vm.startPrank(keeper);
        broker.withdrawFor(relay, broadcaster, 140_000, 1_000, vm.getBlockTimestamp(), signature);
        assertEq(usdc.balanceOf(broadcaster), 139_000);
        assertEq(broker.creditOf(keeper), 1_000);
        assertEq(broker.creditOf(relay), 0);
        assertEq(broker.nonceOf(relay), 1);
        vm.expectRevert(Errors.BadSignature.selector);
        broker.withdrawFor(relay, broadcaster, 140_000, 1_000, vm.getBlockTimestamp(), signature);
    }

    function test_signed_payout_is_bound_to_every_field() public {
        uint256 deadline = vm.getBlockTimestamp();
        bytes memory signature = _sign(relayKey, broker.withdrawDigest(relay, relay, 2_000, 10, 0, deadline));
        vm.startPrank(keeper);
        vm.expectRevert(Errors.BadSignature.selector);
        broker.withdrawFor(relay, keeper, 2_000, 10, deadline, signature);
        vm.expectRevert(Errors.BadSignature.selector);
        broker.withdrawFor(relay, relay, 2_001, 10, deadline, signature);
        vm.expectRevert(Errors.BadSignature.selector);
        broker.withdrawFor(relay, relay, 2_000, 11, deadline, signature);
        vm.expectRevert(Errors.BadSignature.selector);
        broker.withdrawFor(payee, relay, 2_000, 10, deadline, signature);
        vm.expectRevert(Errors.BadSignature.selector);
        broker.withdrawFor(address(0), relay, 2_000, 10, deadline, new bytes(65));
        vm.warp(deadline + 1);
        vm.expectRevert(Errors.Expired.selector);
        broker.withdrawFor(relay, relay, 2_000, 10, deadline, signature);
    }

    function test_blacklisted_account_is_paid_to_another_address() public {
        vm.prank(address(0xB1));
        usdc.blacklist(relay);
        vm.startPrank(relay);
        vm.expectRevert();
        broker.withdraw(relay, 1_000);
        broker.withdraw(keeper, 1_000);
        assertEq(usdc.balanceOf(keeper), 1_000);
    }

    /* TREASURY */

    function test_anybody_sweeps_the_treasury_to_its_address() public {
        address[] memory relays = new address[](3);
        (relays[0], relays[1], relays[2]) = (relay, relay, keeper);
        vm.prank(keeper);
        assertEq(broker.sweepTreasury(relays), 10_000);
        assertEq(usdc.balanceOf(treasury), 10_000);
        (uint256 due, uint256 total) = broker.treasuryFeesOf(relay);
        assertEq(due, 0);
        assertEq(total, 10_000);
        vm.expectRevert(Errors.ZeroAmount.selector);
        broker.sweepTreasury(relays);
    }

    /* TIPS */

    function _tip(uint256 to, uint256 fee, uint256 maxFee) private {
        bytes32 nonce = broker.tipNonce(alice, to, maxFee, "salt");
        bytes memory signature = _authorize(aliceKey, 1e6, nonce);
        vm.prank(keeper);
        broker.tipWithAuthorization(alice, to, 1e6, fee, maxFee, "salt", 0, type(uint256).max, signature);
    }

    function test_tip_goes_whole_from_the_wallet_to_the_payee() public {
        _give(alice, 1e6);
        uint256 before = broker.creditOf(payee);
        _tip(stream, 5_000, 5_000);
        assertEq(broker.creditOf(payee) - before, 995_000);
        assertEq(broker.creditOf(keeper), 5_000);
        assertEq(broker.purseOf(viewer).balance, 10e6 - 4 * FACE);
    }

    function test_contract_wallet_tips_by_the_bytes_form() public {
        address wallet = address(new ContractWallet(alice));
        _give(wallet, 1e6);
        bytes32 nonce = broker.tipNonce(wallet, stream, 0, "salt");
        bytes memory signature = bytes.concat(_sign(aliceKey, _authorizationDigest(wallet, 1e6, nonce)), "guard");
        uint256 before = broker.creditOf(payee);
        broker.tipWithAuthorization(wallet, stream, 1e6, 0, 0, "salt", 0, type(uint256).max, signature);
        assertEq(broker.creditOf(payee) - before, 1e6);
    }

    function test_tip_to_an_unknown_stream_is_refused() public {
        _give(alice, 1e6);
        bytes memory signature = _authorize(aliceKey, 1e6, broker.tipNonce(alice, 99, 0, "salt"));
        vm.expectRevert(Errors.UnknownStream.selector);
        broker.tipWithAuthorization(alice, 99, 1e6, 0, 0, "salt", 0, type(uint256).max, signature);
        vm.expectRevert(Errors.FeeAboveMaximum.selector);
        broker.tipWithAuthorization(alice, stream, 1e6, 1, 0, "salt", 0, type(uint256).max, signature);
    }

    function test_tip_signature_is_no_deposit() public {
        _give(alice, 1e6);
        bytes memory signature = _authorize(aliceKey, 1e6, broker.tipNonce(alice, stream, 0, "salt"));
        vm.expectRevert();
        broker.depositWithAuthorization(alice, viewer, 1e6, 0, 0, "salt", 0, type(uint256).max, signature, "");
    }
}
