// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorization} from "../../src/interfaces/IKeyMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Events} from "../../src/libraries/Events.sol";
import {ContractWallet} from "../helpers/ContractWallet.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice Rent and sale that a relayer sends, paid by EIP-3009.
contract AuthorizationTest is KeysFixture {
    function setUp() public override {
        super.setUp();
        _offerRent(1e6, 30);
        _offerSale(50e6);
        _give(renter, 1000e6);
        _give(alice, 1000e6);
    }

    function test_a_relayed_rent_pays_owner_treasury_and_relayer_and_gives_the_rest_back() public {
        bytes memory signature = _signRent(7, 10e6, 500_000);
        vm.expectEmit(address(keys));
        emit Events.Relayed(renter, keeper, 200_000, 3_300_000);
        vm.prank(keeper);
        keys.rentWithAuthorization(renter, stream, 7, 10e6, _authorization(200_000, 500_000, signature));
        assertEq(keys.userOf(stream), renter);
        assertEq(keys.userExpires(stream), vm.getBlockTimestamp() + 7 * DAY);
        assertEq(keys.creditOf(broadcaster), 6_650_000);
        assertEq(keys.creditOf(keeper), 200_000);
        assertEq(keys.creditOf(renter), 3_300_000, "what was authorized and not used");
        (uint256 due,) = keys.treasuryFeesOf(broadcaster);
        assertEq(due, 350_000);
        assertEq(usdc.balanceOf(address(keys)), 10_500_000);
        assertEq(usdc.balanceOf(renter), 1000e6 - 10_500_000);
    }

    function test_a_relayed_purchase_pays_like_one_from_an_allowance() public {
        bytes memory signature = _signPurchase(50e6, 0, 1e6);
        vm.prank(keeper);
        keys.buyWithAuthorization(alice, stream, 50e6, 0, _authorization(1e6, 1e6, signature));
        assertEq(keys.ownerOf(stream), alice);
        assertEq(keys.creditOf(broadcaster), 47_500_000);
        assertEq(keys.creditOf(keeper), 1e6);
        assertEq(keys.creditOf(alice), 0);
    }

    function test_the_relayer_takes_no_more_than_was_signed() public {
        bytes memory signature = _signRent(7, 10e6, 500_000);
        vm.startPrank(keeper);
        vm.expectRevert(Errors.FeeAboveMaximum.selector);
        keys.rentWithAuthorization(renter, stream, 7, 10e6, _authorization(500_001, 500_000, signature));
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.rentWithAuthorization(renter, stream, 7, 10e6, _authorization(500_001, 500_001, signature));
    }

    function test_the_nonce_binds_what_is_rented() public {
        uint256 other = _mintTo(broadcaster, "Other");
        vm.prank(broadcaster);
        keys.offerRent(other, 1e6, 30);
        Authorization memory signed = _authorization(0, 0, _signRent(7, 10e6, 0));
        vm.startPrank(keeper);
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.rentWithAuthorization(renter, other, 7, 10e6, signed);
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.rentWithAuthorization(renter, stream, 8, 10e6, signed);
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.rentWithAuthorization(renter, stream, 7, 10e6 - 1, signed);
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.rentWithAuthorization(keeper, stream, 7, 10e6, signed);
        signed.salt = "another";
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.rentWithAuthorization(renter, stream, 7, 10e6, signed);
    }

    function test_the_nonce_binds_what_is_bought() public {
        _rent(renter, 1);
        uint256 expires = keys.userExpires(stream);
        Authorization memory signed = _authorization(0, 0, _signPurchase(60e6, expires, 0));
        vm.startPrank(keeper);
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.buyWithAuthorization(alice, stream, 60e6, expires + 1, signed);
        vm.expectRevert("FiatTokenV2: invalid signature");
        keys.buyWithAuthorization(alice, stream, 60e6 - 1, expires, signed);
        keys.buyWithAuthorization(alice, stream, 60e6, expires, signed);
        assertEq(keys.ownerOf(stream), alice);
        assertEq(keys.creditOf(alice), 10e6);
    }

    function test_an_authorization_for_rent_buys_nothing_and_is_used_once() public {
        assertNotEq(
            keys.rentNonce(renter, stream, 7, 10e6, 0, "salt"), keys.buyNonce(renter, stream, 7, 10e6, 0, "salt")
        );
        Authorization memory signed = _authorization(0, 0, _signRent(7, 10e6, 0));
        keys.rentWithAuthorization(renter, stream, 7, 10e6, signed);
        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        keys.rentWithAuthorization(renter, stream, 7, 10e6, signed);
    }

    function test_an_offer_that_rose_leaves_the_authorization_unused() public {
        Authorization memory signed = _authorization(0, 0, _signRent(7, 7e6, 0));
        _offerRent(1e6 + 1, 30);
        vm.expectRevert(abi.encodeWithSelector(Errors.PriceAboveMaximum.selector, 7e6 + 7));
        keys.rentWithAuthorization(renter, stream, 7, 7e6, signed);
        _offerRent(1e6, 30);
        keys.rentWithAuthorization(renter, stream, 7, 7e6, signed);
        assertEq(keys.userOf(stream), renter);
    }

    function test_a_renter_prolongs_by_authorization_and_nobody_prolongs_for_another() public {
        keys.rentWithAuthorization(renter, stream, 7, 7e6, _authorization(0, 0, _signRent(7, 7e6, 0)));
        keys.rentWithAuthorization(renter, stream, 3, 3e6, _authorization(0, 0, _signRent(3, 3e6, 0)));
        uint256 expires = vm.getBlockTimestamp() + 10 * DAY;
        assertEq(keys.userExpires(stream), expires);
        bytes32 nonce = keys.rentNonce(alice, stream, 1, 1e6, 0, "salt");
        Authorization memory signed = _authorization(0, 0, _sign(aliceKey, _receiveDigest(alice, 1e6, nonce)));
        vm.expectRevert(abi.encodeWithSelector(Errors.Rented.selector, expires));
        keys.rentWithAuthorization(alice, stream, 1, 1e6, signed);
    }

    function test_a_contract_wallet_rents_by_its_own_rules() public {
        address wallet = address(new ContractWallet(alice));
        _give(wallet, 7e6);
        bytes32 nonce = keys.rentNonce(wallet, stream, 7, 7e6, 0, "salt");
        bytes memory signature = _sign(aliceKey, _receiveDigest(wallet, 7e6, nonce));
        keys.rentWithAuthorization(wallet, stream, 7, 7e6, _authorization(0, 0, signature));
        assertEq(keys.userOf(stream), wallet);
    }

    function testFuzz_all_that_was_authorized_is_credited(uint256 price, uint256 maxPrice, uint256 fee, uint256 maxFee)
        public
    {
        price = bound(price, 1, 100e6);
        maxPrice = bound(maxPrice, price, 200e6);
        maxFee = bound(maxFee, 0, 10e6);
        fee = bound(fee, 0, maxFee);
        _offerSale(uint64(price));
        bytes memory signature = _signPurchase(maxPrice, 0, maxFee);
        vm.prank(keeper);
        keys.buyWithAuthorization(alice, stream, maxPrice, 0, _authorization(fee, maxFee, signature));
        (uint256 due,) = keys.treasuryFeesOf(broadcaster);
        assertEq(keys.creditOf(broadcaster) + due, price);
        assertEq(keys.creditOf(keeper), fee);
        assertEq(keys.creditOf(alice), maxPrice + maxFee - price - fee);
        assertEq(usdc.balanceOf(address(keys)), maxPrice + maxFee);
    }
}
