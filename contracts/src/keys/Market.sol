// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorization, IKeyMarket, Offer} from "../interfaces/IKeyMarket.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {Credits} from "./Credits.sol";
import {Tenancy} from "./Tenancy.sol";

/// @title Offers, sale and rent of stream keys.
abstract contract Market is Tenancy, Credits {
    uint16 private constant MAX_DAYS = uint16(MAX_RENTAL / 1 days);

    mapping(uint256 stream => Offer) private _offers;

    /* OFFERS */

    /// @inheritdoc IKeyMarket
    function offerSale(uint256 stream, uint64 price) external onlyStreamOwner(stream) {
        _offers[stream].salePrice = price;
        _announce(stream);
    }

    /// @inheritdoc IKeyMarket
    function offerRent(uint256 stream, uint64 pricePerDay, uint16 maxDays) external onlyStreamOwner(stream) {
        if (pricePerDay == 0) maxDays = 0;
        else if (maxDays == 0 || maxDays > MAX_DAYS) revert Errors.BadOffer();
        (_offers[stream].rentPerDay, _offers[stream].maxDays) = (pricePerDay, maxDays);
        _announce(stream);
    }

    /// @inheritdoc IKeyMarket
    function offerOf(uint256 stream) external view returns (Offer memory) {
        return _offers[stream];
    }

    /* SALE */

    /// @inheritdoc IKeyMarket
    function buy(uint256 stream, uint256 maxPrice, uint256 maxUserExpiry) external nonReentrant {
        _takeByAllowance(msg.sender, _sell(msg.sender, stream, maxPrice, maxUserExpiry));
    }

    /// @inheritdoc IKeyMarket
    function buyWithAuthorization(
        address buyer,
        uint256 stream,
        uint256 maxPrice,
        uint256 maxUserExpiry,
        Authorization calldata authorization
    ) external nonReentrant {
        uint256 price = _sell(buyer, stream, maxPrice, maxUserExpiry);
        bytes32 nonce = buyNonce(buyer, stream, maxPrice, maxUserExpiry, authorization.maxFee, authorization.salt);
        _takeByAuthorization(buyer, price, maxPrice, nonce, authorization);
    }

    /// @inheritdoc IKeyMarket
    function buyNonce(
        address buyer,
        uint256 stream,
        uint256 maxPrice,
        uint256 maxUserExpiry,
        uint256 maxFee,
        bytes32 salt
    ) public pure returns (bytes32) {
        return _nonce("buy", buyer, stream, maxPrice, maxUserExpiry, maxFee, salt);
    }

    /* RENT */

    /// @inheritdoc IKeyMarket
    function rent(uint256 stream, uint256 dayCount, uint256 maxPrice) external nonReentrant {
        _takeByAllowance(msg.sender, _rent(msg.sender, stream, dayCount, maxPrice));
    }

    /// @inheritdoc IKeyMarket
    function rentWithAuthorization(
        address renter,
        uint256 stream,
        uint256 dayCount,
        uint256 maxPrice,
        Authorization calldata authorization
    ) external nonReentrant {
        uint256 price = _rent(renter, stream, dayCount, maxPrice);
        bytes32 nonce = rentNonce(renter, stream, dayCount, maxPrice, authorization.maxFee, authorization.salt);
        _takeByAuthorization(renter, price, maxPrice, nonce, authorization);
    }

    /// @inheritdoc IKeyMarket
    function rentNonce(address renter, uint256 stream, uint256 dayCount, uint256 maxPrice, uint256 maxFee, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return _nonce("rent", renter, stream, dayCount, maxPrice, maxFee, salt);
    }

    /* INTERNAL */

    /// @dev Hands the stream over and divides the price, which the caller takes in the same transaction.
    function _sell(address buyer, uint256 stream, uint256 maxPrice, uint256 maxUserExpiry)
        private
        returns (uint256 price)
    {
        price = _offers[stream].salePrice;
        if (price == 0) revert Errors.NoOffer();
        if (price > maxPrice) revert Errors.PriceAboveMaximum(price);
        Rental memory rental = _running(stream);
        if (rental.expires > maxUserExpiry) revert Errors.Rented(rental.expires);
        address seller = _ownerOf(stream);
        emit Events.Sold(stream, seller, buyer, price, _split(seller, price));
        _transfer(seller, buyer, stream);
    }

    /// @dev Begins or prolongs a rental and divides the price, which the caller takes in the same transaction.
    function _rent(address renter, uint256 stream, uint256 dayCount, uint256 maxPrice) private returns (uint256 price) {
        Offer memory offer = _offers[stream];
        if (offer.rentPerDay == 0) revert Errors.NoOffer();
        if (dayCount == 0 || dayCount > offer.maxDays) revert Errors.BadRentalTime();
        price = offer.rentPerDay * dayCount;
        if (price > maxPrice) revert Errors.PriceAboveMaximum(price);
        Rental memory rental = _running(stream);
        bool prolongs = rental.expires != 0;
        if (prolongs && renter != rental.user) revert Errors.Rented(rental.expires);
        uint256 expires = (prolongs ? rental.expires : block.timestamp) + dayCount * 1 days;
        if (expires > block.timestamp + uint256(offer.maxDays) * 1 days) revert Errors.BadRentalTime();
        _lease(stream, renter, expires, prolongs);
        address owner = _ownerOf(stream);
        emit Events.Rented(stream, owner, renter, expires, price, _split(owner, price));
    }

    function _nonce(
        bytes32 what,
        address payer,
        uint256 stream,
        uint256 first,
        uint256 second,
        uint256 maxFee,
        bytes32 salt
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(what, payer, stream, first, second, maxFee, salt));
    }

    /// @dev An offer is its owner's.
    function _withdrawOffers(uint256 stream) internal {
        Offer memory offer = _offers[stream];
        if (offer.salePrice != 0 || offer.rentPerDay != 0) delete _offers[stream];
    }

    function _announce(uint256 stream) private {
        Offer memory offer = _offers[stream];
        emit Events.Offered(stream, offer.salePrice, offer.rentPerDay, offer.maxDays);
    }
}
