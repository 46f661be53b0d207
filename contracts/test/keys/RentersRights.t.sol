// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "solady/tokens/ERC721.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Events} from "../../src/libraries/Events.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice What a renter may do, what the owner may not meanwhile, and what is left when the rental ends: terms and signing keys.
contract RentersRightsTest is KeysFixture {
    address private key = makeAddr("signing key");
    uint64 private begun;
    uint64 private expires;

    function setUp() public override {
        super.setUp();
        begun = uint64(vm.getBlockTimestamp());
        expires = begun + 10 * DAY;
    }

    function _delegate(address who, address which, uint64 from, uint64 until) private {
        vm.prank(who);
        keys.delegate(stream, which, from, until);
    }

    /* SIGNING KEYS */

    function test_a_rental_ends_the_owners_delegations() public {
        _delegate(broadcaster, key, begun, begun + 100 * DAY);
        _delegate(broadcaster, keeper, begun + DAY, begun + 100 * DAY);
        vm.warp(begun + 10);
        vm.expectEmit(address(keys));
        emit Events.Delegated(stream, key, begun, begun + 10);
        vm.prank(broadcaster);
        keys.setUser(stream, renter, expires);
        assertTrue(keys.isSigningKey(stream, key, begun + 9));
        assertFalse(keys.isSigningKey(stream, key, begun + 10));
        assertFalse(keys.isSigningKey(stream, keeper, begun + DAY));
    }

    function test_only_the_renter_delegates_during_his_rental() public {
        _rent(renter, 10);
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.delegate(stream, key, begun, expires);
        vm.stopPrank();
        _delegate(renter, key, begun, expires);
        assertTrue(keys.isSigningKey(stream, key, expires - 1));
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.revoke(stream, key);
        vm.stopPrank();
        vm.prank(renter);
        keys.revoke(stream, key);
        assertFalse(keys.isSigningKey(stream, key, begun));
    }

    function test_a_renters_delegation_does_not_outlive_the_rental() public {
        _rent(renter, 10);
        vm.startPrank(renter);
        vm.expectRevert(abi.encodeWithSelector(Errors.BeyondRental.selector, expires));
        keys.delegate(stream, key, begun, expires + 1);
        keys.delegate(stream, key, begun, expires);
        vm.expectRevert(abi.encodeWithSelector(Errors.BeyondRental.selector, expires));
        keys.delegate(stream, key, begun, expires + 1);
        vm.warp(expires);
        assertFalse(keys.isSigningKey(stream, key, expires));
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.delegate(stream, keeper, expires, expires + DAY);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.revoke(stream, key);
    }

    function test_an_extension_lets_the_renter_prolong_his_delegations() public {
        _rent(renter, 10);
        _delegate(renter, key, begun, expires);
        _rent(renter, 5);
        _delegate(renter, key, begun, expires + 5 * DAY);
        assertTrue(keys.isSigningKey(stream, key, expires + 5 * DAY - 1));
    }

    function test_an_extension_ends_no_delegation() public {
        _rent(renter, 10);
        _delegate(renter, key, begun, expires);
        vm.warp(begun + DAY);
        _rent(renter, 5);
        assertTrue(keys.isSigningKey(stream, key, expires - 1));
    }

    function test_a_transfer_leaves_a_renters_delegations_alone() public {
        _rent(renter, 10);
        _delegate(renter, key, begun, expires);
        vm.warp(begun + DAY);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        assertTrue(keys.isSigningKey(stream, key, expires - 1));
        vm.prank(alice);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.revoke(stream, key);
    }

    function test_a_transfer_after_the_rental_ends_the_owners_delegations_again() public {
        _rent(renter, 10);
        vm.warp(expires);
        _delegate(broadcaster, key, expires, expires + 100 * DAY);
        vm.warp(expires + 1);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        assertFalse(keys.isSigningKey(stream, key, expires + 1));
    }

    function test_a_second_rental_ends_what_the_owner_delegated_between() public {
        _rent(renter, 10);
        vm.warp(expires);
        _delegate(broadcaster, key, expires, expires + 100 * DAY);
        vm.warp(expires + 5);
        _rent(alice, 1);
        assertFalse(keys.isSigningKey(stream, key, expires + 5));
        assertTrue(keys.isSigningKey(stream, key, expires + 4));
    }

    function test_a_retired_key_stays_retired_for_whoever_broadcasts() public {
        _delegate(broadcaster, key, begun, begun + DAY);
        _rent(renter, 10);
        vm.prank(renter);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegate(stream, key, begun, expires);
        _delegate(renter, keeper, begun, expires);
        vm.warp(expires);
        vm.prank(broadcaster);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegate(stream, keeper, expires, expires + DAY);
    }

    function test_the_owner_cannot_fill_the_list_against_a_renter() public {
        for (uint256 i = 1; i <= 16; ++i) {
            _delegate(broadcaster, address(uint160(i)), begun, type(uint64).max);
        }
        _rent(renter, 10);
        for (uint256 i = 101; i <= 116; ++i) {
            _delegate(renter, address(uint160(i)), begun, expires);
        }
        assertEq(keys.delegationsOf(stream)[0].key, address(101));
    }

    function test_the_renters_signature_delegates_and_the_owners_does_not() public {
        (address owner, uint256 ownerKey) = makeAddrAndKey("signing owner");
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, owner, stream);
        _rent(renter, 10);
        bytes32 digest = keys.delegationDigest(stream, key, begun, expires);
        bytes memory ownersSignature = _sign(ownerKey, digest);
        vm.expectRevert(Errors.BadSignature.selector);
        keys.delegateBySig(stream, key, begun, expires, ownersSignature);
        keys.delegateBySig(stream, key, begun, expires, _sign(renterKey, digest));
        assertTrue(keys.isSigningKey(stream, key, expires - 1));
        bytes memory tooLong = _sign(renterKey, keys.delegationDigest(stream, keeper, begun, expires + 1));
        vm.expectRevert(abi.encodeWithSelector(Errors.BeyondRental.selector, expires));
        keys.delegateBySig(stream, keeper, begun, expires + 1, tooLong);
        vm.warp(expires);
        bytes memory late = _sign(renterKey, keys.delegationDigest(stream, keeper, expires, expires + 1));
        vm.expectRevert(Errors.BadSignature.selector);
        keys.delegateBySig(stream, keeper, expires, expires + 1, late);
    }

    /* TERMS */

    function _rentersTerms() private view returns (Terms memory) {
        return Terms(renter, 6000, 3500, 20_000);
    }

    function _assertLatest(uint32 version, address payee_) private view {
        (uint32 newest, Terms memory terms) = keys.latestTerms(stream);
        assertEq(newest, version, "version");
        assertEq(terms.payee, payee_, "payee");
    }

    function test_a_renters_terms_hold_while_his_rental_runs_and_the_owners_after_it() public {
        vm.prank(broadcaster);
        keys.setTerms(stream, _terms(5000, 4500));
        _rent(renter, 10);
        _assertLatest(2, payee);
        vm.prank(renter);
        assertEq(keys.setTerms(stream, _rentersTerms()), 3);
        _assertLatest(3, renter);
        vm.prank(renter);
        assertEq(keys.setTerms(stream, Terms(alice, 6000, 3500, 20_000)), 4);
        _assertLatest(4, alice);
        vm.warp(expires);
        _assertLatest(2, payee);
        assertEq(keys.termsOf(stream, 3).payee, renter, "tickets that name it are paid to the renter");
        vm.prank(broadcaster);
        assertEq(keys.setTerms(stream, _terms(7000, 2500)), 5);
        _assertLatest(5, payee);
    }

    function test_the_owner_sets_no_terms_during_a_rental() public {
        _rent(renter, 10);
        vm.prank(broadcaster);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.setTerms(stream, _terms(5000, 4500));
        vm.warp(expires);
        vm.prank(renter);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.setTerms(stream, _rentersTerms());
    }

    function test_a_renters_terms_keep_the_treasurys_bounds() public {
        _rent(renter, 10);
        vm.startPrank(renter);
        vm.expectRevert(Errors.BadTerms.selector);
        keys.setTerms(stream, Terms(renter, 7000, 2501, 0));
        vm.expectRevert(Errors.BadTerms.selector);
        keys.setTerms(stream, Terms(renter, 7000, 999, 0));
        vm.expectRevert(Errors.BadTerms.selector);
        keys.setTerms(stream, Terms(address(0), 7000, 2500, 0));
    }

    function test_an_extension_keeps_the_renters_terms_and_a_new_rental_does_not() public {
        _rent(renter, 10);
        vm.prank(renter);
        keys.setTerms(stream, _rentersTerms());
        _rent(renter, 1);
        _assertLatest(2, renter);
        vm.warp(expires + DAY);
        _rent(alice, 1);
        _assertLatest(1, payee);
    }

    function test_a_transfer_during_the_rental_changes_no_terms() public {
        _rent(renter, 10);
        vm.prank(renter);
        keys.setTerms(stream, _rentersTerms());
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        _assertLatest(2, renter);
        vm.warp(expires);
        _assertLatest(1, payee);
        vm.prank(alice);
        assertEq(keys.setTerms(stream, Terms(alice, 7000, 2500, 0)), 3);
        _assertLatest(3, alice);
    }

    function test_terms_beside_the_owner_never_change() public {
        uint256 inlined = _mintTo(broadcaster, "Inline");
        bytes memory before = abi.encode(keys.termsOf(inlined, 1));
        assertEq(before, abi.encode(Terms(broadcaster, 7000, 2500, 10_000)));
        uint256 snapshot = vm.snapshotState();

        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, inlined);
        assertEq(abi.encode(keys.termsOf(inlined, 1)), before, "after a transfer");
        vm.prank(alice);
        keys.transferFrom(alice, keeper, inlined);
        assertEq(abi.encode(keys.termsOf(inlined, 1)), before, "after a second transfer");
        vm.prank(keeper);
        assertEq(keys.setTerms(inlined, Terms(keeper, 7000, 2500, 0)), 2);
        assertEq(abi.encode(keys.termsOf(inlined, 1)), before, "after new terms");

        vm.revertToState(snapshot);
        vm.prank(broadcaster);
        keys.setUser(inlined, renter, expires);
        vm.prank(renter);
        assertEq(keys.setTerms(inlined, _rentersTerms()), 2);
        assertEq(abi.encode(keys.termsOf(inlined, 1)), before, "after a renter's terms");
        (,, uint32 maxViewers) = keys.infoOf(inlined);
        assertEq(maxViewers, 1000);
        vm.warp(expires);
        (uint32 version, Terms memory terms) = keys.latestTerms(inlined);
        assertEq(version, 1);
        assertEq(abi.encode(terms), before, "after the rental");
        assertEq(keys.termsOf(inlined, 0).payee, address(0));
        assertEq(keys.termsOf(inlined, 3).payee, address(0));
    }

    function test_a_refused_transfer_writes_no_terms() public {
        uint256 inlined = _mintTo(broadcaster, "Inline");
        vm.prank(broadcaster);
        keys.setApprovalForAll(keeper, true);
        vm.prank(keeper);
        vm.expectRevert(ERC721.TransferFromIncorrectOwner.selector);
        keys.transferFrom(alice, keeper, inlined);
        vm.prank(relay);
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        keys.transferFrom(broadcaster, relay, inlined);
        assertEq(keys.termsOf(inlined, 1).payee, broadcaster);
    }

    function testFuzz_terms_are_read_as_they_were_set_wherever_they_lie(
        uint16 relayBps,
        uint16 treasuryBps,
        uint64 floorPrice,
        bool own
    ) public {
        treasuryBps = uint16(bound(treasuryBps, 500, 2000));
        relayBps = uint16(bound(relayBps, 0, 10_000 - treasuryBps));
        Terms memory terms = Terms(own ? alice : payee, relayBps, uint16(10_000 - treasuryBps - relayBps), floorPrice);
        vm.startPrank(alice);
        uint256 minted = keys.mint("t", "c", type(uint32).max, terms);
        assertEq(abi.encode(keys.termsOf(minted, 1)), abi.encode(terms));
        (uint32 version, Terms memory latest) = keys.latestTerms(minted);
        assertEq(version, 1);
        assertEq(abi.encode(latest), abi.encode(terms));
        keys.transferFrom(alice, keeper, minted);
        assertEq(abi.encode(keys.termsOf(minted, 1)), abi.encode(terms));
        (,, uint32 maxViewers) = keys.infoOf(minted);
        assertEq(maxViewers, type(uint32).max);
    }

    /* OFFENCES */

    function test_an_offence_ends_the_key_and_marks_the_stream() public {
        _delegate(broadcaster, key, begun, begun + DAY);
        vm.warp(begun + 10);
        vm.expectEmit(address(keys));
        emit Events.OffenceMarked(stream, key, 1);
        vm.prank(address(fraudProofs));
        keys.markOffence(stream, key);
        assertTrue(keys.isSigningKey(stream, key, begun + 9));
        assertFalse(keys.isSigningKey(stream, key, begun + 10));
        (uint32 count, uint64 time, address newest) = keys.offencesOf(stream);
        assertEq(count, 1);
        assertEq(time, begun + 10);
        assertEq(newest, key);
        vm.prank(broadcaster);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegate(stream, key, begun, begun + DAY);
    }

    function test_an_ended_key_still_marks_the_stream_and_keeps_its_end() public {
        _delegate(broadcaster, key, begun, begun + 5);
        vm.warp(begun + 10);
        vm.startPrank(address(fraudProofs));
        keys.markOffence(stream, key);
        keys.markOffence(stream, keeper);
        (uint32 count,, address newest) = keys.offencesOf(stream);
        assertEq(count, 2);
        assertEq(newest, keeper);
        (, uint64 until) = keys.delegationOf(stream, key);
        assertEq(until, begun + 5);
        (count,,) = keys.offencesOf(stream + 1);
        assertEq(count, 0);
    }

    function test_an_offence_does_not_end_a_rental() public {
        _rent(renter, 10);
        _delegate(renter, key, begun, expires);
        vm.prank(address(fraudProofs));
        keys.markOffence(stream, key);
        assertEq(keys.broadcasterOf(stream), renter);
        _delegate(renter, keeper, begun, expires);
    }

    function test_only_fraud_proofs_mark_offences() public {
        vm.prank(broadcaster);
        vm.expectRevert(Errors.NotFraudProofs.selector);
        keys.markOffence(stream, key);
    }
}
