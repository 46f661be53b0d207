// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StreamKeys} from "../../src/StreamKeys.sol";
import {KeysConfig} from "../../src/interfaces/IStreamKeys.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Events} from "../../src/libraries/Events.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice How the money of sales and rents leaves again.
contract KeysCreditsTest is KeysFixture {
    function _sellers(address one) private pure returns (address[] memory sellers) {
        sellers = new address[](1);
        sellers[0] = one;
    }

    function test_a_credit_is_withdrawn_in_parts_to_anywhere() public {
        _rent(renter, 10);
        vm.startPrank(broadcaster);
        vm.expectEmit(address(keys));
        emit Events.Withdrawn(broadcaster, keeper, 1e6, 0);
        keys.withdraw(keeper, 1e6);
        keys.withdraw(broadcaster, 8_500_000);
        assertEq(usdc.balanceOf(keeper), 1e6);
        assertEq(usdc.balanceOf(broadcaster), 8_500_000);
        assertEq(keys.creditOf(broadcaster), 0);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        keys.withdraw(broadcaster, 1);
        vm.expectRevert(Errors.ZeroAmount.selector);
        keys.withdraw(broadcaster, 0);
    }

    function test_money_goes_to_no_place_where_it_would_be_lost() public {
        _rent(renter, 10);
        vm.startPrank(broadcaster);
        vm.expectRevert(Errors.BadRecipient.selector);
        keys.withdraw(address(0), 1);
        vm.expectRevert(Errors.BadRecipient.selector);
        keys.withdraw(address(keys), 1);
    }

    function test_nobody_withdraws_anothers_credit_or_the_treasurys_share() public {
        _rent(renter, 10);
        vm.prank(keeper);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        keys.withdraw(keeper, 1);
        vm.prank(broadcaster);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        keys.withdraw(broadcaster, 9_500_001);
        vm.prank(treasury);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        keys.withdraw(treasury, 1);
    }

    function test_anybody_sweeps_the_treasurys_share_and_only_to_the_treasury() public {
        _rent(renter, 10);
        vm.expectEmit(address(keys));
        emit Events.TreasurySwept(500_000);
        vm.prank(keeper);
        assertEq(keys.sweepTreasury(_sellers(broadcaster)), 500_000);
        assertEq(usdc.balanceOf(treasury), 500_000);
        assertEq(usdc.balanceOf(keeper), 0);
        (uint256 due, uint256 total) = keys.treasuryFeesOf(broadcaster);
        assertEq(due, 0);
        assertEq(total, 500_000);
        assertEq(keys.creditOf(broadcaster), 9_500_000);
        vm.expectRevert(Errors.ZeroAmount.selector);
        keys.sweepTreasury(_sellers(broadcaster));
        vm.expectRevert(Errors.ZeroAmount.selector);
        keys.sweepTreasury(new address[](0));
    }

    function test_a_seller_named_twice_is_swept_once() public {
        _rent(renter, 10);
        address[] memory sellers = new address[](2);
        (sellers[0], sellers[1]) = (broadcaster, broadcaster);
        assertEq(keys.sweepTreasury(sellers), 500_000);
    }

    function test_an_owner_whom_usdc_has_frozen_blocks_nobody_else() public {
        _rent(renter, 10);
        vm.prank(address(0xB1));
        usdc.blacklist(broadcaster);
        keys.sweepTreasury(_sellers(broadcaster));
        vm.prank(broadcaster);
        vm.expectRevert("Blacklistable: account is blacklisted");
        keys.withdraw(broadcaster, 1);
        vm.prank(broadcaster);
        keys.withdraw(keeper, 9_500_000);
        assertEq(usdc.balanceOf(keeper), 9_500_000);
    }

    function test_usdc_sent_by_itself_is_nobodys() public {
        _rent(renter, 10);
        _give(address(keys), 77);
        assertEq(keys.creditOf(broadcaster), 9_500_000);
        keys.sweepTreasury(_sellers(broadcaster));
        assertEq(usdc.balanceOf(treasury), 500_000);
    }

    function test_the_royalty_is_bounded_and_may_be_nothing() public {
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamKeys(KeysConfig(address(usdc), treasury, address(fraudProofs), 1001));
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamKeys(KeysConfig(address(0), treasury, address(fraudProofs), 500));
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamKeys(KeysConfig(address(usdc), address(0), address(fraudProofs), 500));
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamKeys(KeysConfig(address(usdc), treasury, address(0), 500));
        keys = new StreamKeys(KeysConfig(address(usdc), treasury, address(fraudProofs), 0));
        stream = _mintTo(broadcaster, "Free");
        _rent(renter, 10);
        assertEq(keys.creditOf(broadcaster), 10e6);
        (, uint256 royalty) = keys.royaltyInfo(stream, 10e6);
        assertEq(royalty, 0);
    }
}
