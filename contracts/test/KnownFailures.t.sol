// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../src/interfaces/IStreamKeys.sol";
import {Group, Outcome, Purse, Ticket, Winner} from "../src/interfaces/ITicketBroker.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Fixture} from "./helpers/Fixture.sol";

/// @notice Failures that other payment systems had or have, played against the broker. Each names its source.
contract KnownFailuresTest is Fixture {
    function setUp() public override {
        super.setUp();
        _fund(alice, viewerKey, 3 * FACE);
    }

    /* A TICKET IS CONSUMED FOR LESS THAN IT IS WORTH */

    /// @dev Livepeer, protocol#657: a payer emptied its deposit down to dust in front of the redemption, the ticket was marked used and paid dust.
    function test_dust_front_run_leaves_the_winner_claimable() public {
        Winner memory honest = _winner(9);
        // Tickets to an accomplice leave one micro-USDC less than the face value.
        (address accomplice,) = makeAddrAndKey("accomplice");
        for (uint32 i; i < 3; ++i) {
            Ticket memory ticket = _ticket(i);
            ticket.relay = accomplice;
            ticket.faceValue = i == 2 ? 10_001 : FACE;
            Winner[] memory winners = new Winner[](1);
            winners[0] = _winner(ticket, i, viewerKey);
            assertEq(_redeem(_one(Group(accomplice, stream, 1, ticket.faceValue, winners))), Outcome.Redeemed);
        }
        assertEq(broker.purseOf(viewer).balance, FACE - 10_001);
        assertEq(_redeem(honest), Outcome.InsufficientBalance);
        assertEq(broker.creditOf(relay), 0);
        assertFalse(broker.isSpent(relay, broker.currentEpoch(), 9));
        _fund(alice, viewerKey, 10_001);
        assertEq(_redeem(honest), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 35_000);
    }

    /// @dev Livepeer, protocol#663: the guard looked at one figure of the reserve and the payout at another, so that a ticket could settle for less, even 0.
    function test_what_the_guard_admits_is_what_is_paid() public {
        vm.prank(alice);
        broker.requestExit(viewer, 3 * FACE);
        // All of it is leaving, and each ticket is paid whole until nothing is left.
        for (uint32 i; i < 3; ++i) {
            uint256 before = broker.creditOf(relay);
            assertEq(_redeem(_winner(i)), Outcome.Redeemed);
            assertEq(broker.creditOf(relay) - before, 35_000);
        }
        assertEq(_redeem(_winner(3)), Outcome.InsufficientBalance);
        assertFalse(broker.isSpent(relay, broker.currentEpoch(), 3));
    }

    /// @dev Livepeer, protocol#656 and go-livepeer#2263, #1581: what a payee could claim depended on how many payees there were.
    function test_other_relays_do_not_shrink_what_one_may_claim() public {
        for (uint256 i; i < 100; ++i) {
            address other = vm.addr(9000 + i);
            vm.prank(other);
            keys.mint("Another", "talk", 0, Terms(other, 7000, 2500, 0));
        }
        assertEq(_redeem(_batch(0, 3)), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 3 * 35_000);
        assertEq(broker.purseOf(viewer).balance, 0);
    }

    /* A REDEMPTION REVERTS OR IS HELD UP */

    /// @dev go-livepeer#4013: one ticket that could not be paid reverted, and the winner was dropped as hopeless.
    function test_one_unpayable_ticket_does_not_revert_its_batch() public {
        (, uint256 poorKey) = makeAddrAndKey("poor");
        _fund(keeper, poorKey, FACE - 1);
        Group[] memory groups = _batch(0, 3);
        groups[0].winners[1] = _winner(_ticket(1), 1, poorKey);
        assertEq(broker.redeem(groups), hex"000700");
    }

    /// @dev x402, PR 1950: a settlement sent first by somebody else made the other one revert.
    function test_a_batch_that_was_sent_before_does_no_harm() public {
        Group[] memory groups = _batch(0, 2);
        vm.prank(makeAddr("somebody else"));
        broker.redeem(groups);
        groups = _batch(0, 3);
        assertEq(broker.redeem(groups), hex"030300");
        assertEq(broker.creditOf(relay), 3 * 35_000);
    }

    /// @dev Code4rena, Livepeer H-01: winners were lost because redemption called the staking reward's arithmetic, which underflowed. Also pause and
    /// round initialisation. Here the copy of the terms makes even StreamKeys dispensable, and USDC may be stopped.
    function test_redemption_needs_no_other_contract() public {
        assertEq(_redeem(_winner(0)), Outcome.Redeemed);
        vm.etch(address(keys), hex"fe");
        vm.etch(address(usdc), hex"fe");
        vm.etch(address(staking), hex"fe");
        assertEq(_redeem(_winner(1)), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 2 * 35_000);
    }

    /// @dev go-livepeer PR 2359, #2610, #2236: tickets bound to a block hash or a round could not be redeemed when the chain reported none.
    function test_no_block_hash_or_number_is_part_of_a_ticket() public {
        Winner memory winner = _winner(1);
        vm.roll(block.number + 1_000_000);
        vm.prevrandao(bytes32(0));
        vm.warp(vm.getBlockTimestamp() + 2 * DAY - 1);
        assertEq(_redeem(winner), Outcome.Redeemed);
    }

    /// @dev A push payment to a USDC-blacklisted payee poisons everybody's batch; credits are pulled, to any address.
    function test_blacklisted_payee_does_not_poison_a_batch() public {
        vm.startPrank(address(0xB1));
        usdc.blacklist(relay);
        usdc.blacklist(payee);
        usdc.blacklist(treasury);
        vm.stopPrank();
        assertEq(_redeem(_batch(0, 3)), Outcome.Redeemed);
        vm.prank(payee);
        broker.withdraw(keeper, 37_500);
        vm.prank(relay);
        broker.withdraw(keeper, 105_000);
        assertEq(usdc.balanceOf(keeper), 142_500);
    }

    /// @dev HOPR#7771: small winners that nobody redeemed filled the stake and blocked all service. Here they reserve nothing.
    function test_unredeemed_winners_block_nothing() public {
        Group[] memory kept = _batch(0, 3);
        assertEq(_redeem(_batch(3, 3)), Outcome.Redeemed);
        _fund(alice, viewerKey, 3 * FACE);
        assertEq(broker.redeem(kept), hex"000000");
    }

    /* REPLAY AND ORDER */

    /// @dev HOPR#7427: a watermark forgot earlier winners that were redeemed after later ones.
    function test_out_of_order_winners_are_paid() public {
        assertEq(_redeem(_winner(700)), Outcome.Redeemed);
        assertEq(_redeem(_winner(2)), Outcome.Redeemed);
        assertEq(_redeem(_winner(350)), Outcome.Redeemed);
        assertEq(_redeem(_winner(2)), Outcome.Spent);
    }

    /// @dev A second form of the signature (high `s`) gives a second draw wherever the signature is part of it. The draw is over the digest, and
    /// the form is refused.
    function test_malleable_signature_gives_no_second_draw() public {
        Ticket memory ticket = _ticket(1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(viewerKey, broker.ticketDigest(ticket));
        Winner memory twin = _winner(1);
        uint256 high = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141 - uint256(s);
        (twin.sigR, twin.sigVs) = (r, bytes32(high | (uint256(28 - v) << 255)));
        assertTrue(_redeem(twin) != Outcome.Redeemed);
        assertEq(broker.purseOf(viewer).balance, 3 * FACE);
        assertEq(_redeem(_winner(1)), Outcome.Redeemed);
        assertEq(_redeem(twin), Outcome.Spent);
    }

    /// @dev Bitmaps that are reused forget what they held. Walk on through four turns of both pages and send the old winner again each time.
    function test_no_winner_comes_back_when_its_page_is_reused() public {
        Winner memory old = _winner(5);
        assertEq(_redeem(old), Outcome.Redeemed);
        for (uint256 i; i < 8; ++i) {
            _fund(alice, viewerKey, FACE);
            vm.warp(vm.getBlockTimestamp() + DAY);
            Outcome outcome = _redeem(old);
            assertEq(outcome, i == 0 ? Outcome.Spent : Outcome.OutsideEpochs);
            assertEq(_redeem(_winner(5)), Outcome.Redeemed);
            assertEq(_redeem(_winner(5)), Outcome.Spent);
            assertEq(_redeem(old), outcome);
        }
    }

    /* EXITS AND DEPOSITS */

    /// @dev Livepeer, TicketBrokerForceCancelUnlockPoC: a third party's deposit of nothing, or of dust, cancelled a payer's unlock.
    function test_nobody_cancels_an_exit_by_a_deposit() public {
        vm.prank(alice);
        broker.requestExit(viewer, 2 * FACE);
        Purse memory before = broker.purseOf(viewer);
        _give(keeper, 1);
        vm.startPrank(keeper);
        usdc.approve(address(broker), 1);
        vm.expectRevert(Errors.ZeroAmount.selector);
        broker.deposit(viewer, 0, "");
        vm.expectRevert(Errors.NotPurseOwner.selector);
        broker.deposit(viewer, 1, "");
        vm.stopPrank();
        // Not even the owner's own does.
        _fund(alice, viewerKey, FACE);
        assertEq(broker.purseOf(viewer).exitAt, before.exitAt);
        vm.warp(before.exitAt);
        vm.prank(alice);
        broker.finishExit(viewer, alice);
        assertEq(usdc.balanceOf(alice), 2 * FACE);
        assertEq(broker.purseOf(viewer).balance, 2 * FACE);
    }

    /// @dev x402#3464: a payer could finish its withdrawal before the payee's claim. An exit outlives every ticket that was signed before its end
    /// could be known, and claims are paid during it.
    function test_an_exit_does_not_outrun_a_claim() public {
        Winner memory winner = _winner(1);
        vm.prank(alice);
        broker.requestExit(viewer, 3 * FACE);
        vm.warp(vm.getBlockTimestamp() + 2 * DAY - 1);
        vm.prank(alice);
        vm.expectPartialRevert(Errors.ExitNotDue.selector);
        broker.finishExit(viewer, alice);
        assertEq(_redeem(winner), Outcome.Redeemed);
        vm.warp(vm.getBlockTimestamp() + DAY + 1);
        vm.prank(alice);
        broker.finishExit(viewer, alice);
        assertEq(usdc.balanceOf(alice), 2 * FACE);
    }

    /// @dev A cap on what an account holds lets a third party fill it with dust. Only the owner's own money counts, and only the owner brings it.
    function test_a_third_party_cannot_fill_the_cap() public {
        _give(keeper, 50e6);
        vm.startPrank(keeper);
        usdc.approve(address(broker), 50e6);
        vm.expectRevert(Errors.NotPurseOwner.selector);
        broker.deposit(viewer, 50e6 - 3 * FACE, "");
        // USDC that is pushed at the contract is in nobody's purse.
        assertTrue(usdc.transfer(address(broker), 50e6));
        vm.stopPrank();
        assertEq(broker.heldBy(alice), 3 * FACE);
        _fund(alice, viewerKey, 50e6 - 3 * FACE);
        assertEq(broker.heldBy(alice), 50e6);
    }

    /// @dev Trust, "permission denied": whoever sends a permit first makes the call that contains it revert.
    function test_permit_front_run_does_not_stop_a_deposit() public {
        _give(alice, 1e6);
        bytes memory permit = _permit(aliceKey, 1e6);
        vm.prank(keeper);
        usdc.permit(alice, address(broker), 1e6, type(uint256).max, permit);
        vm.prank(alice);
        broker.depositWithPermit(viewer, 1e6, type(uint256).max, permit, "");
        assertEq(broker.heldBy(alice), 1e6 + 3 * FACE);
    }

    /// @dev EIP-3009's own warning: `transferWithAuthorization` can be front-run into a transfer that skips the accounting of the payee.
    function test_authorization_of_a_deposit_is_no_plain_transfer() public {
        _give(alice, 1e6);
        bytes32 nonce = broker.authorizationNonce(alice, viewer, 0, "salt");
        bytes memory signature = _authorize(aliceKey, 1e6, nonce);
        bytes memory call = abi.encodeWithSignature(
            "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
            alice,
            broker,
            1e6,
            0,
            type(uint256).max,
            nonce,
            signature
        );
        vm.prank(keeper);
        (bool success,) = address(usdc).call(call);
        assertFalse(success);
        broker.depositWithAuthorization(alice, viewer, 1e6, 0, 0, "salt", 0, type(uint256).max, signature, "");
        assertEq(broker.heldBy(alice), 1e6 + 3 * FACE);
    }

    /* SIGNERS */

    /// @dev OpenZeppelin#5670, cowswap#8032: an EIP-7702 delegation makes libraries ask the account's code instead of recovering its key. Tickets are
    /// recovered, whatever code the viewing key has.
    function test_code_at_a_viewing_key_changes_nothing() public {
        Winner memory winner = _winner(1);
        vm.etch(viewer, hex"ef0100000000000000000000000000000000000000000b");
        assertEq(_redeem(winner), Outcome.Redeemed);
    }

    /// @dev go-livepeer PR 4003: one error for two causes misled operators. Every cause has a byte of its own.
    function test_every_refusal_names_its_cause() public {
        (, uint256 poorKey) = makeAddrAndKey("poor");
        _fund(keeper, poorKey, 1);
        assertEq(_redeem(_winner(_ticket(1), 1, poorKey)), Outcome.InsufficientBalance);
        assertEq(_redeem(_winner(_ticket(1), 1, relayKey)), Outcome.UnknownPurse);
        Winner memory winner = _winner(1);
        winner.sigVs = bytes32(type(uint256).max);
        assertEq(_redeem(winner), Outcome.BadSignature);
    }
}
