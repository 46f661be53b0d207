// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "solady/tokens/ERC721.sol";
import {Delegation, Head, Terms} from "../src/interfaces/IStreamKeys.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {Fixture} from "./helpers/Fixture.sol";

contract StreamKeysTest is Fixture {
    address private key = makeAddr("signing key");

    /* MINT AND TERMS */

    function test_ids_are_sequential_from_one_and_carry_their_metadata() public {
        assertEq(stream, 1);
        vm.prank(keeper);
        assertEq(keys.mint("Second", "talk", 0, _terms(5000, 4500)), 2);
        assertEq(keys.ownerOf(2), keeper);
        assertEq(keys.totalSupply(), 2);
        (string memory title, string memory category, uint32 maxViewers) = keys.infoOf(1);
        assertEq(title, "Big Buck Bunny");
        assertEq(category, "film");
        assertEq(maxViewers, 1000);
        (title,,) = keys.infoOf(3);
        assertEq(title, "");
    }

    function test_terms_are_appended_and_never_change() public {
        vm.expectEmit(address(keys));
        emit Events.TermsSet(stream, 2, payee, 6000, 3500, 10_000);
        vm.prank(broadcaster);
        assertEq(keys.setTerms(stream, _terms(6000, 3500)), 2);
        assertEq(keys.termsOf(stream, 1).relayBps, 7000);
        assertEq(keys.termsOf(stream, 2).relayBps, 6000);
        assertEq(keys.termsOf(stream, 3).payee, address(0));
        assertEq(keys.termsOf(stream, 0).payee, address(0));
        (uint32 version, Terms memory terms) = keys.latestTerms(stream);
        assertEq(version, 2);
        assertEq(terms.broadcasterBps, 3500);
        (,, uint32 maxViewers) = keys.infoOf(stream);
        assertEq(maxViewers, 1000);
        (version, terms) = keys.latestTerms(99);
        assertEq(version, 0);
        assertEq(terms.payee, address(0));
    }

    function test_nobody_but_the_owner_sets_terms_without_a_rental() public {
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.setTerms(stream, _terms(6000, 3500));
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.setTerms(99, _terms(6000, 3500));
    }

    function testFuzz_the_treasury_keeps_its_bounds(uint16 relayBps, uint16 broadcasterBps) public {
        uint256 shared = uint256(relayBps) + broadcasterBps;
        bool good = shared >= 8000 && shared <= 9500;
        if (!good) vm.expectRevert(Errors.BadTerms.selector);
        keys.mint("t", "c", 1, _terms(relayBps, broadcasterBps));
    }

    function test_terms_need_a_payee_and_texts_have_bounds() public {
        vm.expectRevert(Errors.BadTerms.selector);
        keys.mint("t", "c", 1, Terms(address(0), 7000, 2500, 0));
        vm.expectRevert(Errors.BadText.selector);
        keys.mint("", "c", 1, _terms(7000, 2500));
        vm.expectRevert(Errors.BadText.selector);
        keys.mint(string(new bytes(101)), "c", 1, _terms(7000, 2500));
        vm.expectRevert(Errors.BadText.selector);
        keys.mint("t", "", 1, _terms(7000, 2500));
        vm.expectRevert(Errors.BadText.selector);
        keys.mint("t", string(new bytes(33)), 1, _terms(7000, 2500));
    }

    function test_a_stream_that_does_not_exist_has_no_metadata() public {
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        keys.tokenURI(99);
        (string memory title, string memory category, uint32 maxViewers) = keys.infoOf(99);
        assertEq(bytes(title).length + bytes(category).length + maxViewers, 0);
    }

    function test_transfers_take_no_ether() public {
        vm.deal(broadcaster, 1 ether);
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.NoEther.selector);
        keys.transferFrom{value: 1}(broadcaster, keeper, stream);
        vm.expectRevert(Errors.NoEther.selector);
        keys.approve{value: 1}(keeper, stream);
        keys.approve(keeper, stream);
        vm.stopPrank();
        vm.prank(keeper);
        keys.transferFrom(broadcaster, keeper, stream);
        assertEq(keys.ownerOf(stream), keeper);
    }

    /* DELEGATIONS */

    function _delegate(address who, uint256 from, uint256 until) private {
        vm.prank(broadcaster);
        keys.delegate(stream, who, uint64(from), uint64(until));
    }

    function test_key_signs_from_its_start_until_before_its_end() public {
        uint256 now_ = vm.getBlockTimestamp();
        vm.expectEmit(address(keys));
        emit Events.Delegated(stream, key, uint64(now_), uint64(now_ + 100));
        _delegate(key, now_, now_ + 100);
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ - 1)));
        assertTrue(keys.isSigningKey(stream, key, uint64(now_)));
        assertTrue(keys.isSigningKey(stream, key, uint64(now_ + 99)));
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ + 100)));
        assertFalse(keys.isSigningKey(stream + 1, key, uint64(now_)));
        assertFalse(keys.isSigningKey(stream, keeper, uint64(now_)));
        Delegation[] memory all = keys.delegationsOf(stream);
        assertEq(all.length, 1);
        assertEq(all[0].key, key);
        assertEq(all[0].until, now_ + 100);
    }

    function test_revocation_acts_from_now_on_and_for_good() public {
        uint256 now_ = vm.getBlockTimestamp();
        _delegate(key, now_, now_ + 1000);
        vm.warp(now_ + 10);
        vm.prank(broadcaster);
        keys.revoke(stream, key);
        assertTrue(keys.isSigningKey(stream, key, uint64(now_ + 9)));
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ + 10)));
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.revoke(stream, key);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegate(stream, key, uint64(now_), uint64(now_ + 1000));
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.revoke(stream, keeper);
    }

    function test_what_a_key_signed_stays_decided() public {
        uint256 now_ = vm.getBlockTimestamp();
        _delegate(key, now_, now_ + 1000);
        vm.warp(now_ + 10);
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.DelegationStarted.selector);
        keys.delegate(stream, key, uint64(now_ + 20), uint64(now_ + 1000));
        vm.expectRevert(Errors.BadInterval.selector);
        keys.delegate(stream, key, uint64(now_), uint64(now_ + 9));
        keys.delegate(stream, key, uint64(now_), uint64(now_ + 2000));
        assertTrue(keys.isSigningKey(stream, key, uint64(now_ + 1999)));
        keys.delegate(stream, key, uint64(now_), uint64(now_ + 20));
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ + 20)));
        assertEq(keys.delegationsOf(stream).length, 1);
    }

    function test_delegation_that_has_not_begun_may_move() public {
        uint256 now_ = vm.getBlockTimestamp();
        _delegate(key, now_ + 100, now_ + 200);
        _delegate(key, now_ + 50, now_ + 60);
        assertTrue(keys.isSigningKey(stream, key, uint64(now_ + 50)));
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ + 100)));
        vm.prank(broadcaster);
        keys.revoke(stream, key);
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ + 50)));
    }

    function test_bad_delegations_are_refused() public {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.delegate(stream, key, now_, now_ + 1);
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.BadInterval.selector);
        keys.delegate(stream, key, now_ + 1, now_ + 1);
        vm.expectRevert(Errors.BadInterval.selector);
        keys.delegate(stream, key, now_ - 2, now_);
        vm.expectRevert(Errors.ZeroAddress.selector);
        keys.delegate(stream, address(0), now_, now_ + 1);
    }

    function test_the_list_is_bounded_and_ended_keys_give_their_place() public {
        uint256 now_ = vm.getBlockTimestamp();
        for (uint256 i = 1; i <= 16; ++i) {
            _delegate(address(uint160(i)), now_, now_ + 100 * i);
        }
        vm.prank(broadcaster);
        vm.expectRevert(Errors.TooManyKeys.selector);
        keys.delegate(stream, key, uint64(now_), uint64(now_ + 1));
        vm.warp(now_ + 100);
        _delegate(key, now_, now_ + 5000);
        assertEq(keys.delegationsOf(stream).length, 16);
        assertEq(keys.delegationsOf(stream)[0].key, key);
        // The key that left the list is still judged by what it was allowed then, and stays retired.
        assertTrue(keys.isSigningKey(stream, address(1), uint64(now_ + 99)));
        vm.prank(broadcaster);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegate(stream, address(1), uint64(now_), uint64(now_ + 5000));
    }

    function test_transfer_ends_the_old_owners_keys() public {
        uint256 now_ = vm.getBlockTimestamp();
        _delegate(key, now_, now_ + 1000);
        _delegate(keeper, now_ + 500, now_ + 1000);
        vm.warp(now_ + 10);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        assertTrue(keys.isSigningKey(stream, key, uint64(now_ + 9)));
        assertFalse(keys.isSigningKey(stream, key, uint64(now_ + 10)));
        assertFalse(keys.isSigningKey(stream, keeper, uint64(now_ + 500)));
        vm.prank(broadcaster);
        vm.expectRevert(Errors.NotBroadcaster.selector);
        keys.delegate(stream, relay, uint64(now_), uint64(now_ + 1000));
    }

    function test_delegation_by_signature_cannot_be_replayed() public {
        (address owner, uint256 ownerKey) = makeAddrAndKey("signing owner");
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, owner, stream);
        (uint64 from, uint64 until) = (uint64(vm.getBlockTimestamp()), uint64(vm.getBlockTimestamp() + 100));
        bytes memory signature = _sign(ownerKey, keys.delegationDigest(stream, key, from, until));
        vm.prank(keeper);
        keys.delegateBySig(stream, key, from, until, signature);
        assertTrue(keys.isSigningKey(stream, key, from));
        vm.prank(owner);
        keys.revoke(stream, key);
        vm.expectRevert(Errors.KeyRetired.selector);
        keys.delegateBySig(stream, key, from, until, signature);
        vm.expectRevert(Errors.BadSignature.selector);
        keys.delegateBySig(stream, keeper, from, until, signature);
        vm.expectRevert(Errors.BadSignature.selector);
        keys.delegateBySig(99, keeper, from, until, new bytes(65));
    }

    /* HEADS */

    function test_head_signer_is_recovered_and_malformed_signatures_are_nobody() public view {
        Head memory head = Head(1, 2, 480, 3, 4, "root", 5, 6, "prev", "init", 7, 1);
        bytes memory signature = _sign(viewerKey, keys.hashHead(head));
        assertEq(keys.headSigner(head, signature), viewer);
        head.flags = 0;
        assertTrue(keys.headSigner(head, signature) != viewer);
        assertEq(keys.headSigner(head, ""), address(0));
        signature[64] = 0x1d;
        assertEq(keys.headSigner(head, signature), address(0));
    }
}
