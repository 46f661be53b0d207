// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4907} from "../../src/interfaces/IERC4907.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Events} from "../../src/libraries/Events.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice Who may rent, for how long, and that nobody ends it.
contract RentalTest is KeysFixture {
    function _now() private view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    /* FREE RENTAL: ERC-4907 */

    function test_the_owner_lends_the_stream_once_and_is_bound_by_it() public {
        uint64 expires = uint64(_now() + 10 * DAY);
        vm.expectEmit(address(keys));
        emit IERC4907.UpdateUser(stream, renter, expires);
        vm.startPrank(broadcaster);
        keys.setUser(stream, renter, expires);
        assertEq(keys.userOf(stream), renter);
        assertEq(keys.userExpires(stream), expires);
        assertEq(keys.broadcasterOf(stream), renter);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.setUser(stream, alice, expires);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.setUser(stream, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.setUser(stream, renter, expires + 1);
    }

    function test_a_rental_ends_at_its_second_and_the_owner_broadcasts_again() public {
        uint64 expires = uint64(_now() + DAY);
        vm.prank(broadcaster);
        keys.setUser(stream, renter, expires);
        vm.warp(expires - 1);
        assertEq(keys.userOf(stream), renter);
        vm.warp(expires);
        assertEq(keys.userOf(stream), address(0));
        assertEq(keys.userExpires(stream), expires);
        assertEq(keys.broadcasterOf(stream), broadcaster);
        vm.prank(broadcaster);
        keys.setUser(stream, alice, expires + 1);
        assertEq(keys.broadcasterOf(stream), alice);
    }

    function test_a_free_rental_has_a_user_an_end_to_come_and_at_most_365_days() public {
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.ZeroAddress.selector);
        keys.setUser(stream, address(0), uint64(_now() + 1));
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.setUser(stream, renter, uint64(_now()));
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.setUser(stream, renter, uint64(_now() + 365 days + 1));
        keys.setUser(stream, renter, uint64(_now() + 365 days));
    }

    function test_only_the_owner_lends() public {
        vm.prank(broadcaster);
        keys.approve(keeper, stream);
        vm.prank(keeper);
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.setUser(stream, keeper, uint64(_now() + 1));
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.setUser(99, keeper, uint64(_now() + 1));
        assertEq(keys.userOf(99), address(0));
        assertEq(keys.userExpires(99), 0);
        assertEq(keys.broadcasterOf(99), address(0));
    }

    function test_the_interfaces_are_announced() public view {
        assertEq(type(IERC4907).interfaceId, bytes4(0xad092b5c));
        assertTrue(keys.supportsInterface(0xad092b5c), "ERC-4907");
        assertTrue(keys.supportsInterface(0x2a55205a), "ERC-2981");
        assertTrue(keys.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(keys.supportsInterface(0x5b5e139f), "ERC-721 metadata");
        assertTrue(keys.supportsInterface(0x01ffc9a7), "ERC-165");
        assertFalse(keys.supportsInterface(0xffffffff));
    }

    /* PAID RENTAL */

    function test_rent_is_paid_by_the_day_and_divided_at_once() public {
        _offerRent(3_333_333, 30);
        _allow(renter, 7 * 3_333_333);
        uint256 price = 7 * 3_333_333;
        uint256 royalty = price * 500 / 10_000;
        uint256 expires = _now() + 7 * DAY;
        vm.expectEmit(address(keys));
        emit IERC4907.UpdateUser(stream, renter, uint64(expires));
        vm.expectEmit(address(keys));
        emit Events.Rented(stream, broadcaster, renter, expires, price, royalty);
        vm.prank(renter);
        keys.rent(stream, 7, price);
        assertEq(keys.userOf(stream), renter);
        assertEq(keys.userExpires(stream), expires);
        assertEq(keys.creditOf(broadcaster), price - royalty);
        (uint256 due, uint256 total) = keys.treasuryFeesOf(broadcaster);
        assertEq(due, royalty);
        assertEq(total, royalty);
        assertEq(usdc.balanceOf(address(keys)), price);
    }

    function test_rent_needs_an_offer_a_price_and_a_time_within_it() public {
        vm.startPrank(renter);
        vm.expectRevert(Errors.NoOffer.selector);
        keys.rent(stream, 1, 1e6);
        vm.expectRevert(Errors.NoOffer.selector);
        keys.rent(99, 1, 1e6);
        vm.stopPrank();
        _offerRent(1e6, 10);
        vm.startPrank(renter);
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.rent(stream, 0, 1e6);
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.rent(stream, 11, 11e6);
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.rent(stream, type(uint256).max, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(Errors.PriceAboveMaximum.selector, 2e6));
        keys.rent(stream, 2, 2e6 - 1);
        vm.expectRevert("ERC20: transfer amount exceeds allowance");
        keys.rent(stream, 2, 2e6);
        assertEq(keys.userExpires(stream), 0);
        assertEq(keys.creditOf(broadcaster), 0);
    }

    function test_nobody_rents_what_another_has_rented() public {
        _rent(renter, 5);
        _allow(alice, 5e6);
        uint256 expires = keys.userExpires(stream);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.rent(stream, 1, 1e6);
        vm.warp(expires);
        vm.prank(alice);
        keys.rent(stream, 1, 1e6);
        assertEq(keys.userOf(stream), alice);
    }

    function test_the_renter_prolongs_from_the_end_of_his_rental() public {
        _rent(renter, 5);
        uint256 expires = keys.userExpires(stream);
        vm.warp(_now() + 3 * DAY);
        _rent(renter, 2);
        assertEq(keys.userExpires(stream), expires + 2 * DAY);
        assertEq(keys.creditOf(broadcaster), 7e6 - 7e6 * 500 / 10_000);
    }

    function test_extensions_count_towards_the_longest_rental() public {
        _rent(renter, 360);
        _allow(renter, 10e6);
        vm.startPrank(renter);
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.rent(stream, 6, 6e6);
        keys.rent(stream, 5, 5e6);
        vm.warp(_now() + DAY - 1);
        vm.expectRevert(Errors.BadRentalTime.selector);
        keys.rent(stream, 1, 1e6);
        vm.warp(_now() + 1);
        keys.rent(stream, 1, 1e6);
        assertEq(keys.userExpires(stream), _now() + 365 days);
    }

    function test_a_lent_stream_may_be_prolonged_for_money_by_its_user_only() public {
        vm.prank(broadcaster);
        keys.setUser(stream, renter, uint64(_now() + DAY));
        _rent(renter, 1);
        assertEq(keys.userExpires(stream), _now() + 2 * DAY);
    }

    function testFuzz_a_rental_lasts_what_was_paid_for(uint256 first, uint256 second, uint256 pause) public {
        first = bound(first, 1, 365);
        second = bound(second, 1, 365);
        pause = bound(pause, 0, 400 days);
        _rent(renter, first);
        uint256 begun = _now();
        vm.warp(begun + pause);
        _allow(renter, second * 1e6);
        bool prolongs = pause < first * DAY;
        uint256 expires = (prolongs ? begun + first * DAY : _now()) + second * DAY;
        bool good = expires <= _now() + 365 days;
        if (!good) vm.expectRevert(Errors.BadRentalTime.selector);
        vm.prank(renter);
        keys.rent(stream, second, second * 1e6);
        assertEq(keys.userExpires(stream), good ? expires : begun + first * DAY);
    }

    /* NOBODY EVICTS A RENTER */

    function test_no_owner_and_no_buyer_evicts_a_renter() public {
        _rent(renter, 30);
        uint256 expires = keys.userExpires(stream);
        vm.startPrank(broadcaster);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.setUser(stream, broadcaster, uint64(_now() + 1));
        keys.offerRent(stream, 0, 0);
        keys.offerSale(stream, 1);
        vm.stopPrank();
        assertEq(keys.broadcasterOf(stream), renter);
        _allow(alice, 1);
        vm.startPrank(alice);
        keys.buy(stream, 1, expires);
        assertEq(keys.ownerOf(stream), alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.setUser(stream, alice, uint64(_now() + 1));
        keys.offerRent(stream, 1, 365);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.rent(stream, 1, 1);
        keys.safeTransferFrom(alice, keeper, stream);
        vm.stopPrank();
        assertEq(keys.broadcasterOf(stream), renter);
        assertEq(keys.userExpires(stream), expires);
        vm.warp(expires);
        assertEq(keys.broadcasterOf(stream), keeper);
    }

    function test_rent_that_was_paid_stays_with_the_owner_who_got_it() public {
        _rent(renter, 30);
        uint256 credit = keys.creditOf(broadcaster);
        assertEq(credit, 28_500_000);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        vm.prank(broadcaster);
        keys.withdraw(keeper, credit);
        assertEq(usdc.balanceOf(keeper), credit);
        // What is paid from now on is the new owner's.
        _rent(renter, 10);
        assertEq(keys.creditOf(alice), 9_500_000);
        assertEq(keys.creditOf(broadcaster), 0);
    }
}
