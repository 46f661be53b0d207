// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../src/interfaces/IStreamKeys.sol";
import {Group, ITicketBroker, Outcome, Ticket, Winner} from "../src/interfaces/ITicketBroker.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Signatures} from "../src/libraries/Signatures.sol";
import {Fixture} from "./helpers/Fixture.sol";

contract RedemptionTest is Fixture {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        _fund(alice, viewerKey, 10e6);
    }

    function test_winner_moves_exactly_its_face_value_by_the_terms() public {
        bytes32[] memory entries = new bytes32[](1);
        entries[0] = bytes32((uint256(uint160(viewer)) << 96) | (uint256(broker.currentEpoch()) << 64) | (7 << 32));
        vm.expectEmit(address(broker));
        emit ITicketBroker.Redeemed(relay, stream, 1, FACE, 35_000, 12_500, 2_500, entries);
        assertEq(_redeem(_winner(7)), Outcome.Redeemed);
        assertEq(broker.purseOf(viewer).balance, 10e6 - FACE);
        assertEq(broker.creditOf(relay), 35_000);
        assertEq(broker.creditOf(payee), 12_500);
        (uint256 due, uint256 total) = broker.treasuryFeesOf(relay);
        assertEq(due, 2_500);
        assertEq(total, 2_500);
        assertTrue(broker.isSpent(relay, broker.currentEpoch(), 7));
        assertFalse(broker.isSpent(relay, broker.currentEpoch(), 8));
    }

    function test_one_call_holds_many_viewers_streams_epochs_and_terms() public {
        (, uint256 otherKey) = makeAddrAndKey("other viewing key");
        _fund(keeper, otherKey, 1e6);
        vm.startPrank(broadcaster);
        uint256 second = keys.mint("Second", "talk", 0, _terms(5000, 4500));
        keys.setTerms(second, _terms(4000, 5500));
        vm.stopPrank();
        Ticket memory old = _ticket(1);
        vm.warp(vm.getBlockTimestamp() + DAY);
        Ticket memory other = _ticket(2);
        (other.stream, other.terms, other.faceValue) = (second, 2, 20_000);

        Winner[] memory first = new Winner[](2);
        first[0] = _winner(old, 1, viewerKey);
        first[1] = _winner(_ticket(3), 3, otherKey);
        Winner[] memory last = new Winner[](1);
        last[0] = _winner(other, 2, otherKey);
        Group[] memory groups = new Group[](2);
        groups[0] = _group(first);
        groups[1] = Group(relay, second, 2, 20_000, last);
        assertEq(broker.redeem(groups), hex"000000");
        assertEq(broker.purseOf(viewer).balance, 10e6 - FACE);
        assertEq(broker.purseOf(vm.addr(otherKey)).balance, 1e6 - FACE - 20_000);
        assertEq(broker.creditOf(relay), 70_000 + 8_000);
        assertEq(broker.creditOf(payee), 25_000 + 11_000);
    }

    /* WHAT IS SKIPPED STAYS CLAIMABLE */

    function test_one_bad_ticket_does_not_touch_its_neighbours() public {
        Group[] memory groups = _batch(0, 3);
        groups[0].winners[1].sigR ^= bytes32(uint256(1));
        bytes memory outcomes = broker.redeem(groups);
        assertEq(uint8(outcomes[0]), 0);
        assertTrue(
            uint8(outcomes[1]) == uint8(Outcome.UnknownPurse) || uint8(outcomes[1]) == uint8(Outcome.BadSignature)
        );
        assertEq(uint8(outcomes[2]), 0);
        assertEq(broker.creditOf(relay), 70_000);
    }

    function test_insufficient_purse_skips_and_leaves_the_ticket_claimable() public {
        (, uint256 poorKey) = makeAddrAndKey("poor");
        _fund(keeper, poorKey, FACE - 1);
        Winner memory winner = _winner(_ticket(5), 5, poorKey);
        assertEq(_redeem(winner), Outcome.InsufficientBalance);
        assertEq(broker.creditOf(relay), 0);
        assertFalse(broker.isSpent(relay, broker.currentEpoch(), 5));
        _fund(keeper, poorKey, 1);
        assertEq(_redeem(winner), Outcome.Redeemed);
        assertEq(broker.purseOf(vm.addr(poorKey)).balance, 0);
    }

    function test_out_of_order_winners_are_all_paid() public {
        Group[] memory groups = _batch(0, 4);
        (groups[0].winners[0], groups[0].winners[3]) = (groups[0].winners[3], groups[0].winners[0]);
        Winner[] memory winners = groups[0].winners;
        for (uint256 i; i < 4; ++i) {
            assertEq(_redeem(winners[i]), Outcome.Redeemed);
        }
    }

    function test_a_batch_sent_before_by_somebody_else_does_not_revert() public {
        Group[] memory groups = _batch(0, 3);
        broker.redeem(groups);
        assertEq(broker.redeem(groups), hex"030303");
        assertEq(broker.creditOf(relay), 105_000);
    }

    function test_the_same_ticket_twice_in_one_call_is_paid_once() public {
        Group[] memory groups = _batch(0, 2);
        groups[0].winners[1] = groups[0].winners[0];
        assertEq(broker.redeem(groups), hex"0003");
    }

    function test_blacklisted_payee_and_relay_do_not_poison_a_batch() public {
        vm.startPrank(address(0xB1));
        usdc.blacklist(payee);
        usdc.blacklist(relay);
        vm.stopPrank();
        assertEq(_redeem(_batch(0, 2)), Outcome.Redeemed);
        assertEq(broker.creditOf(payee), 25_000);
    }

    /* REFUSALS */

    function test_high_s_is_no_second_form_of_a_signature() public {
        Winner memory winner = _winner(1);
        uint256 s = uint256(winner.sigVs) & (type(uint256).max >> 1);
        uint256 high = ORDER - s;
        // An `s` with its top bit set cannot even be written in the compact form; where it fits it is refused as high.
        assertGt(high, Signatures.HALF_ORDER);
        winner.sigVs = bytes32((high & (type(uint256).max >> 1)) | (uint256(winner.sigVs) & (1 << 255) ^ (1 << 255)));
        Outcome outcome = _redeem(winner);
        assertTrue(outcome == Outcome.BadSignature || outcome == Outcome.UnknownPurse);
        winner.sigVs = bytes32(Signatures.HALF_ORDER + 1);
        assertEq(_redeem(winner), Outcome.BadSignature);
    }

    function test_signature_of_another_key_is_an_unknown_purse() public {
        assertEq(_redeem(_winner(_ticket(1), 1, relayKey)), Outcome.UnknownPurse);
    }

    function test_wrong_preimage_index_or_field_never_pays() public {
        Winner memory winner = _winner(1);
        Winner memory wrong = Winner(winner.r, winner.sigR, winner.sigVs, winner.fields ^ (1 << 32));
        assertTrue(_redeem(wrong) != Outcome.Redeemed);
        wrong = Winner(winner.r ^ bytes32(uint256(1)), winner.sigR, winner.sigVs, winner.fields);
        assertTrue(_redeem(wrong) != Outcome.Redeemed);
        Group[] memory groups = _batch(winner);
        groups[0].faceValue += 1;
        assertTrue(_redeem(groups) != Outcome.Redeemed);
        groups = _batch(winner);
        groups[0].relay = keeper;
        assertTrue(_redeem(groups) != Outcome.Redeemed);
        assertEq(broker.purseOf(viewer).balance, 10e6);
    }

    function test_losing_ticket_is_not_won() public {
        Ticket memory ticket = _ticket(1);
        ticket.winProb = 0;
        assertEq(_redeem(_winner(ticket, 1, viewerKey)), Outcome.NotWon);
    }

    /// @dev The bound of a win probability is its type's: 0 never wins, 2^64 - 1 loses one draw in 2^64.
    function test_extremes_of_the_win_probability() public {
        uint64[3] memory odds = [uint64(0), 1, type(uint64).max];
        for (uint32 i; i < 12; ++i) {
            Ticket memory ticket = _ticket(i);
            ticket.winProb = odds[i % 3];
            Outcome expected = i % 3 == 2 ? Outcome.Redeemed : Outcome.NotWon;
            assertEq(_redeem(_winner(ticket, i, viewerKey)), expected);
        }
    }

    function test_draw_at_its_probability_loses_and_one_below_wins() public {
        // A fixed point cannot be computed, since the probability is part of the digest; so search for both sides of one draw.
        uint256 won;
        uint256 lost;
        for (uint32 i; i < 40; ++i) {
            Ticket memory ticket = _ticket(i);
            ticket.winProb = 1 << 63;
            bytes32 draw = keccak256(abi.encodePacked(_preimage(i), broker.ticketDigest(ticket)));
            bool wins = uint64(uint256(draw)) < ticket.winProb;
            assertEq(_redeem(_winner(ticket, i, viewerKey)), wins ? Outcome.Redeemed : Outcome.NotWon);
            wins ? ++won : ++lost;
        }
        assertGt(won, 8);
        assertGt(lost, 8);
    }

    function test_ticket_lives_in_its_epoch_and_the_next() public {
        Winner memory first = _winner(1);
        Winner memory second = _winner(2);
        Winner memory third = _winner(3);
        assertEq(_redeem(first), Outcome.Redeemed);
        vm.warp(vm.getBlockTimestamp() + 2 * DAY - 1);
        assertEq(_redeem(second), Outcome.Redeemed);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertEq(_redeem(third), Outcome.OutsideEpochs);
    }

    function test_ticket_of_a_coming_epoch_is_refused_until_then() public {
        Ticket memory ticket = _ticket(1);
        ticket.epoch += 1;
        Winner memory winner = _winner(ticket, 1, viewerKey);
        assertEq(_redeem(winner), Outcome.OutsideEpochs);
        vm.warp(vm.getBlockTimestamp() + DAY);
        assertEq(_redeem(winner), Outcome.Redeemed);
    }

    function test_unknown_terms_and_stream_are_skipped_group_by_group() public {
        Ticket memory ticket = _ticket(1);
        ticket.terms = 2;
        Winner[] memory winners = new Winner[](1);
        winners[0] = _winner(ticket, 1, viewerKey);
        Group[] memory groups = new Group[](2);
        groups[0] = Group(relay, stream, 2, FACE, winners);
        groups[1] = _batch(2, 1)[0];
        assertEq(broker.redeem(groups), hex"0500");
        vm.prank(broadcaster);
        keys.setTerms(stream, _terms(5000, 4500));
        assertEq(broker.redeem(groups), hex"0003");
    }

    function test_face_value_out_of_bounds_is_skipped() public {
        Group[] memory groups = _batch(_winner(1));
        groups[0].faceValue = 9_999;
        assertEq(_redeem(groups), Outcome.FaceValueOutOfBounds);
        groups[0].faceValue = 1_000_001;
        assertEq(_redeem(groups), Outcome.FaceValueOutOfBounds);
    }

    function test_empty_calls_do_nothing() public {
        assertEq(broker.redeem(new Group[](0)), "");
        assertEq(broker.redeem(_one(_group(new Winner[](0)))), "");
    }

    function test_cap_never_blocks_settlement() public {
        // The relay is an owner whose purses are full, and earns all the same.
        _fund(relay, 0xF111, 50e6);
        assertEq(_redeem(_batch(0, 20)), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 20 * 35_000);
        assertEq(broker.heldBy(relay), 50e6);
    }

    function test_every_face_value_within_its_bounds_is_paid() public {
        uint32[2] memory bounds = [broker.MIN_FACE_VALUE(), broker.MAX_FACE_VALUE()];
        for (uint32 i; i < 2; ++i) {
            Ticket memory ticket = _ticket(i);
            ticket.faceValue = bounds[i];
            Group[] memory groups = _batch(_winner(ticket, i, viewerKey));
            groups[0].faceValue = bounds[i];
            assertEq(_redeem(groups), Outcome.Redeemed);
        }
        assertEq(broker.purseOf(viewer).balance, 10e6 - uint256(bounds[0]) - bounds[1]);
    }

    /// @dev One purse goes through groups of two streams and two face values, and is written at the end of the call.
    function test_a_purse_in_hand_is_the_same_in_the_next_group() public {
        Ticket memory ticket = _ticket(2);
        ticket.faceValue = 20_000;
        Group[] memory groups = new Group[](3);
        groups[0] = _batch(0, 1)[0];
        groups[1] = _batch(_winner(ticket, 2, viewerKey))[0];
        groups[1].faceValue = 20_000;
        groups[2] = _batch(1, 1)[0];
        assertEq(broker.redeem(groups), hex"000000");
        assertEq(broker.purseOf(viewer).balance, 10e6 - 2 * FACE - 20_000);
    }

    /* CALLDATA THAT NO ENCODER MAKES */

    function test_values_that_do_not_fit_are_refused_whole() public {
        bytes memory data = abi.encodeCall(broker.redeem, (_batch(1, 1)));
        // Behind the selector: offset, length, offset, then relay, stream, terms, face value.
        for (uint256 word = 3; word < 7; ++word) {
            bytes memory dirty = bytes.concat(data);
            dirty[4 + 32 * word] = 0x01;
            (bool success, bytes memory result) = address(broker).call(dirty);
            if (word == 4) continue;
            assertFalse(success);
            assertEq(bytes4(result), Errors.MalformedBatch.selector);
        }
        assertEq(broker.purseOf(viewer).balance, 10e6);
    }

    /// @dev Calls `redeem` with `count` groups that all are the same bytes.
    function _aliased(uint256 count) private returns (bool success, bytes memory result) {
        bytes memory encoded = abi.encode(_batch(1, 1)[0]);
        bytes memory group = new bytes(encoded.length - 32);
        for (uint256 i; i < group.length; ++i) {
            group[i] = encoded[i + 32];
        }
        bytes memory call = abi.encodePacked(broker.redeem.selector, uint256(32), count);
        for (uint256 i; i < count; ++i) {
            call = abi.encodePacked(call, 32 * count);
        }
        (success, result) = address(broker).call(abi.encodePacked(call, group));
    }

    function test_groups_that_share_their_bytes_are_paid_once() public {
        (bool success, bytes memory result) = _aliased(2);
        assertTrue(success);
        assertEq(abi.decode(result, (bytes)), hex"0003");
        assertEq(broker.creditOf(relay), 35_000);
    }

    function test_more_shared_groups_than_fit_are_refused() public {
        (bool success, bytes memory result) = _aliased(20);
        assertFalse(success);
        assertEq(bytes4(result), Errors.MalformedBatch.selector);
    }

    /* TERMS NEVER ACT BACKWARDS */

    function test_ticket_is_divided_by_the_terms_that_it_names() public {
        Winner memory winner = _winner(1);
        vm.startPrank(broadcaster);
        keys.setTerms(stream, Terms(broadcaster, 0, 9500, 0));
        keys.transferFrom(broadcaster, keeper, stream);
        vm.stopPrank();
        assertEq(_redeem(winner), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 35_000);
        assertEq(broker.creditOf(payee), 12_500);
        assertEq(broker.creditOf(broadcaster), 0);
    }

    function test_a_version_of_the_terms_is_fetched_once() public {
        vm.expectCall(address(keys), abi.encodeCall(keys.termsOf, (stream, 1)), 1);
        assertEq(_redeem(_winner(1)), Outcome.Redeemed);
        assertEq(_redeem(_winner(2)), Outcome.Redeemed);
    }

    function test_terms_that_do_not_exist_are_asked_for_again() public {
        Ticket memory ticket = _ticket(1);
        ticket.terms = 2;
        Group[] memory groups = _batch(_winner(ticket, 1, viewerKey));
        groups[0].terms = 2;
        assertEq(_redeem(groups), Outcome.UnknownTerms);
        vm.prank(broadcaster);
        keys.setTerms(stream, Terms(broadcaster, 6000, 3000, 0));
        assertEq(_redeem(groups), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 30_000);
        assertEq(broker.creditOf(broadcaster), 15_000);
    }

    function test_relay_that_is_also_the_payee_gets_both_shares() public {
        vm.prank(broadcaster);
        keys.setTerms(stream, Terms(relay, 7000, 2500, 0));
        Ticket memory ticket = _ticket(1);
        ticket.terms = 2;
        Group[] memory groups = _batch(_winner(ticket, 1, viewerKey));
        groups[0].terms = 2;
        assertEq(_redeem(groups), Outcome.Redeemed);
        assertEq(broker.creditOf(relay), 47_500);
    }

    /* PROPERTIES */

    /// @dev For every split and face value the shares add up, and a batch pays what its tickets pay alone.
    function testFuzz_shares_sum_to_the_face_value(uint16 relayBps, uint256 treasuryBps, uint32 faceValue, uint8 count)
        public
    {
        treasuryBps = bound(treasuryBps, 500, 2000);
        relayBps = uint16(bound(relayBps, 0, 10_000 - treasuryBps));
        faceValue = uint32(bound(faceValue, 10_000, 1_000_000));
        count = uint8(bound(count, 1, 5));
        vm.prank(broadcaster);
        keys.setTerms(stream, _terms(relayBps, uint16(10_000 - treasuryBps - relayBps)));
        Winner[] memory winners = new Winner[](count);
        for (uint32 i; i < count; ++i) {
            Ticket memory ticket = _ticket(i);
            (ticket.terms, ticket.faceValue) = (2, faceValue);
            winners[i] = _winner(ticket, i, viewerKey);
        }
        broker.redeem(_one(Group(relay, stream, 2, faceValue, winners)));
        (uint256 due,) = broker.treasuryFeesOf(relay);
        uint256 paid = uint256(faceValue) * count;
        assertEq(broker.creditOf(relay), uint256(count) * (uint256(faceValue) * relayBps / 10_000));
        assertEq(broker.creditOf(relay) + broker.creditOf(payee) + due, paid);
        assertGe(due * 10_000, paid * treasuryBps);
        assertEq(broker.purseOf(viewer).balance, 10e6 - paid);
    }

    /// @dev No garbage makes the call revert or moves money.
    function testFuzz_garbage_never_reverts_and_never_pays(Winner[] memory winners, address from, uint32 terms) public {
        vm.assume(winners.length < 20);
        Group memory group = Group(from, stream, uint32(bound(terms, 0, 2)), FACE, winners);
        bytes memory outcomes = broker.redeem(_one(group));
        for (uint256 i; i < outcomes.length; ++i) {
            assertTrue(uint8(outcomes[i]) != 0);
        }
        assertEq(broker.purseOf(viewer).balance, 10e6);
    }

    /// @dev Any order, any grouping into calls: the same end.
    function testFuzz_order_does_not_matter(uint256 seed) public {
        uint32 count = 6;
        Winner[] memory winners = _batch(220, count)[0].winners;
        for (uint256 i = count - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (winners[i], winners[j]) = (winners[j], winners[i]);
        }
        for (uint256 i; i < count; ++i) {
            assertEq(_redeem(winners[i]), Outcome.Redeemed);
            assertEq(_redeem(winners[seed % (i + 1)]), Outcome.Spent);
        }
        assertEq(broker.creditOf(relay), count * 35_000);
    }
}
