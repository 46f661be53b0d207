// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorization} from "../../src/interfaces/IKeyMarket.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Owners, renters and buyers of stream keys.
abstract contract KeysFixture is Fixture {
    bytes32 private constant RECEIVE_TYPE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    address internal renter;
    uint256 internal renterKey;

    function setUp() public virtual override {
        super.setUp();
        (renter, renterKey) = makeAddrAndKey("renter");
    }

    /// @dev A stream whose payee is its owner.
    function _mintTo(address owner, string memory title) internal returns (uint256 minted) {
        vm.prank(owner);
        minted = keys.mint(title, "film", 1000, Terms(owner, 7000, 2500, 10_000));
    }

    /// @dev Money of `payer` that the keys may take; as much again stays with him.
    function _allow(address payer, uint256 amount) internal {
        _give(payer, 2 * amount);
        vm.prank(payer);
        usdc.approve(address(keys), amount);
    }

    function _offerRent(uint64 pricePerDay, uint16 maxDays) internal {
        vm.prank(keys.ownerOf(stream));
        keys.offerRent(stream, pricePerDay, maxDays);
    }

    function _offerSale(uint64 price) internal {
        vm.prank(keys.ownerOf(stream));
        keys.offerSale(stream, price);
    }

    /// @dev `who` rents the stream at $1 a day.
    function _rent(address who, uint256 dayCount) internal {
        _offerRent(1e6, 365);
        _allow(who, dayCount * 1e6);
        vm.prank(who);
        keys.rent(stream, dayCount, dayCount * 1e6);
    }

    /* AUTHORIZATIONS */

    /// @dev The digest by which USDC lets the keys take `amount` of `from`.
    function _receiveDigest(address from, uint256 amount, bytes32 nonce) internal view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(RECEIVE_TYPE, from, address(keys), amount, 0, type(uint256).max, nonce));
        return keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), hash));
    }

    function _authorization(uint256 fee, uint256 maxFee, bytes memory signature)
        internal
        pure
        returns (Authorization memory)
    {
        return Authorization(fee, maxFee, "salt", 0, type(uint256).max, signature);
    }

    /// @dev The renter's signature over a rent, with the salt "salt".
    function _signRent(uint256 dayCount, uint256 maxPrice, uint256 maxFee) internal view returns (bytes memory) {
        bytes32 nonce = keys.rentNonce(renter, stream, dayCount, maxPrice, maxFee, "salt");
        return _sign(renterKey, _receiveDigest(renter, maxPrice + maxFee, nonce));
    }

    /// @dev Alice's signature over a purchase, with the salt "salt".
    function _signPurchase(uint256 maxPrice, uint256 maxUserExpiry, uint256 maxFee)
        internal
        view
        returns (bytes memory)
    {
        bytes32 nonce = keys.buyNonce(alice, stream, maxPrice, maxUserExpiry, maxFee, "salt");
        return _sign(aliceKey, _receiveDigest(alice, maxPrice + maxFee, nonce));
    }
}
