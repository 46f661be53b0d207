// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Offer} from "../../src/interfaces/IKeyMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Events} from "../../src/libraries/Events.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice Offers, and purchases from an allowance.
contract SaleTest is KeysFixture {
    function _assertOffer(uint64 salePrice, uint64 rentPerDay, uint16 maxDays) private view {
        Offer memory offer = keys.offerOf(stream);
        assertEq(offer.salePrice, salePrice, "sale");
        assertEq(offer.rentPerDay, rentPerDay, "rent");
        assertEq(offer.maxDays, maxDays, "days");
    }

    /* OFFERS */

    function test_offers_are_set_and_withdrawn_one_by_one() public {
        vm.startPrank(broadcaster);
        vm.expectEmit(address(keys));
        emit Events.Offered(stream, 0, 1e6, 30);
        keys.offerRent(stream, 1e6, 30);
        vm.expectEmit(address(keys));
        emit Events.Offered(stream, 100e6, 1e6, 30);
        keys.offerSale(stream, 100e6);
        _assertOffer(100e6, 1e6, 30);
        keys.offerRent(stream, 0, 30);
        _assertOffer(100e6, 0, 0);
        keys.offerSale(stream, 0);
        _assertOffer(0, 0, 0);
    }

    function test_only_the_owner_offers_and_for_a_year_at_most() public {
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.offerSale(stream, 1);
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.offerRent(stream, 1, 1);
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.BadOffer.selector);
        keys.offerRent(stream, 1, 0);
        vm.expectRevert(Errors.BadOffer.selector);
        keys.offerRent(stream, 1, 366);
        keys.offerRent(stream, 1, 365);
    }

    function test_a_renter_offers_nothing() public {
        _rent(renter, 1);
        vm.startPrank(renter);
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.offerSale(stream, 1);
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.offerRent(stream, 1, 1);
        vm.expectRevert(Errors.NotStreamOwner.selector);
        keys.setUser(stream, alice, type(uint64).max);
    }

    function test_offers_die_on_every_transfer() public {
        vm.startPrank(broadcaster);
        keys.offerSale(stream, 1);
        keys.transferFrom(broadcaster, alice, stream);
        vm.stopPrank();
        _assertOffer(0, 0, 0);
        vm.prank(keeper);
        vm.expectRevert(Errors.NoOffer.selector);
        keys.buy(stream, 1, 0);
        vm.startPrank(alice);
        keys.offerRent(stream, 1, 1);
        keys.offerSale(stream, 5e6);
        vm.stopPrank();
        _allow(keeper, 5e6);
        vm.prank(keeper);
        keys.buy(stream, 5e6, 0);
        _assertOffer(0, 0, 0);
    }

    /* PURCHASE */

    function test_a_purchase_hands_the_stream_over_and_divides_the_price() public {
        _offerSale(99_999_999);
        _allow(alice, 99_999_999);
        uint256 royalty = uint256(99_999_999) * 500 / 10_000;
        vm.expectEmit(address(keys));
        emit Events.Sold(stream, broadcaster, alice, 99_999_999, royalty);
        vm.prank(alice);
        keys.buy(stream, 100e6, 0);
        assertEq(keys.ownerOf(stream), alice);
        assertEq(keys.creditOf(broadcaster), 99_999_999 - royalty);
        (uint256 due,) = keys.treasuryFeesOf(broadcaster);
        assertEq(due, royalty);
        assertEq(usdc.balanceOf(address(keys)), 99_999_999);
    }

    function test_a_purchase_ends_the_sellers_keys_and_approvals() public {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        vm.startPrank(broadcaster);
        keys.delegate(stream, relay, now_, now_ + DAY);
        keys.approve(keeper, stream);
        vm.stopPrank();
        _offerSale(1e6);
        _allow(alice, 1e6);
        vm.prank(alice);
        keys.buy(stream, 1e6, 0);
        assertFalse(keys.isSigningKey(stream, relay, now_));
        assertEq(keys.getApproved(stream), address(0));
    }

    function test_no_offer_no_sale_and_never_above_the_buyers_maximum() public {
        _allow(alice, 10e6);
        vm.startPrank(alice);
        vm.expectRevert(Errors.NoOffer.selector);
        keys.buy(stream, type(uint256).max, 0);
        vm.expectRevert(Errors.NoOffer.selector);
        keys.buy(99, type(uint256).max, 0);
        vm.stopPrank();
        _offerSale(10e6);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.PriceAboveMaximum.selector, 10e6));
        keys.buy(stream, 10e6 - 1, 0);
        keys.buy(stream, 10e6, 0);
    }

    function test_a_buyer_is_never_given_a_rental_that_he_did_not_accept() public {
        _offerSale(10e6);
        _allow(alice, 10e6);
        _rent(renter, 10);
        uint256 expires = keys.userExpires(stream);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.buy(stream, 10e6, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.buy(stream, 10e6, expires - 1);
        uint256 snapshot = vm.snapshotState();
        keys.buy(stream, 10e6, expires);
        assertEq(keys.broadcasterOf(stream), renter);
        vm.revertToState(snapshot);
        vm.warp(expires);
        keys.buy(stream, 10e6, 0);
        assertEq(keys.broadcasterOf(stream), alice);
    }

    function test_a_rental_slipped_in_before_the_purchase_refuses_it() public {
        _offerSale(10e6);
        _allow(alice, 10e6);
        vm.prank(broadcaster);
        keys.setUser(stream, broadcaster, uint64(vm.getBlockTimestamp() + 365 days));
        uint256 expires = keys.userExpires(stream);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.buy(stream, 10e6, 0);
        assertEq(usdc.balanceOf(alice), 20e6);
    }

    function test_a_purchase_that_is_not_paid_changes_nothing() public {
        _offerSale(10e6);
        vm.prank(alice);
        vm.expectRevert("ERC20: transfer amount exceeds allowance");
        keys.buy(stream, 10e6, 0);
        assertEq(keys.ownerOf(stream), broadcaster);
        assertEq(keys.creditOf(broadcaster), 0);
        _assertOffer(10e6, 0, 0);
    }

    function test_the_renter_may_buy_what_he_rents() public {
        _rent(renter, 10);
        _offerSale(10e6);
        _allow(renter, 10e6);
        uint256 expires = keys.userExpires(stream);
        vm.prank(renter);
        keys.buy(stream, 10e6, expires);
        vm.warp(expires);
        assertEq(keys.broadcasterOf(stream), renter);
    }

    function testFuzz_the_parts_of_a_price_are_the_price(uint64 price) public {
        price = uint64(bound(price, 1, 1e14));
        _offerSale(price);
        _allow(alice, price);
        vm.prank(alice);
        keys.buy(stream, price, 0);
        (uint256 due,) = keys.treasuryFeesOf(broadcaster);
        assertEq(keys.creditOf(broadcaster) + due, price);
        (address receiver, uint256 royalty) = keys.royaltyInfo(stream, price);
        assertEq(receiver, treasury);
        assertEq(due, royalty);
        assertEq(royalty, uint256(price) * 500 / 10_000);
    }
}
