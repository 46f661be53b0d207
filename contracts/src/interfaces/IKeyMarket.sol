// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice What the owner offers; one storage slot. Prices are micro-USDC, 0 = no offer.
/// @param maxDays greatest time that a renter may have before him, in days, extensions included; 1 to 365
struct Offer {
    uint64 salePrice;
    uint64 rentPerDay;
    uint16 maxDays;
}

/// @notice An EIP-3009 ReceiveWithAuthorization over `maxPrice + maxFee`, which anybody may send. Its nonce binds all that is bought and the fee.
/// @param fee credited to the sender of the transaction, at most `maxFee`
/// @param salt any value; a fresh one makes a fresh nonce
/// @param signature 65 bytes, or what the payer's contract wallet takes (EIP-1271)
struct Authorization {
    uint256 fee;
    uint256 maxFee;
    bytes32 salt;
    uint256 validAfter;
    uint256 validBefore;
    bytes signature;
}

/// @title Sale and rent of stream keys, and the credits that result.
/// @dev Of each price `floor(price * ROYALTY_BPS / 10000)` is due to the treasury and the rest credited to the owner, at once: rent that was paid stays with who
/// owned the key then, also when he sells it during the rental.
interface IKeyMarket {
    /// @notice Offers the stream for sale; 0 withdraws the offer, and so does every transfer. Only the owner.
    function offerSale(uint256 stream, uint64 price) external;

    /// @notice Offers the stream for rent; a price of 0 withdraws the offer, and so does every transfer. Only the owner.
    function offerRent(uint256 stream, uint64 pricePerDay, uint16 maxDays) external;

    /// @notice What is offered; zeros where nothing is.
    function offerOf(uint256 stream) external view returns (Offer memory);

    /// @notice Buys the stream from an allowance. A running rental goes on.
    /// @param maxPrice refused when the owner asks more
    /// @param maxUserExpiry refused when a rental runs beyond this time (Unix seconds); 0 = no rental may run
    function buy(uint256 stream, uint256 maxPrice, uint256 maxUserExpiry) external;

    /// @notice The same by EIP-3009 with `buyNonce` as its nonce. What is left of the money is credited to the buyer.
    function buyWithAuthorization(
        address buyer,
        uint256 stream,
        uint256 maxPrice,
        uint256 maxUserExpiry,
        Authorization calldata authorization
    ) external;

    /// @notice Rents the stream from an allowance, from now on; who rents it already prolongs his rental instead.
    /// @param dayCount days of 86,400 s that are bought
    /// @param maxPrice refused when they cost more
    function rent(uint256 stream, uint256 dayCount, uint256 maxPrice) external;

    /// @notice The same by EIP-3009 with `rentNonce` as its nonce. What is left of the money is credited to the renter.
    function rentWithAuthorization(
        address renter,
        uint256 stream,
        uint256 dayCount,
        uint256 maxPrice,
        Authorization calldata authorization
    ) external;

    /// @notice ERC-2981. Advisory: other markets may ignore it; `buy` and `rent` do not.
    function royaltyInfo(uint256 stream, uint256 salePrice) external view returns (address receiver, uint256 royalty);

    function creditOf(address account) external view returns (uint256);

    /// @notice Pays `amount` of the caller's credit to `to`.
    function withdraw(address to, uint256 amount) external;

    /// @notice The royalties of what `seller` sold and rented out: not yet swept, and ever.
    function treasuryFeesOf(address seller) external view returns (uint256 due, uint256 total);

    /// @notice Sends the treasury the royalties of what `sellers` sold and rented out. Anybody.
    function sweepTreasury(address[] calldata sellers) external returns (uint256 swept);

    function buyNonce(
        address buyer,
        uint256 stream,
        uint256 maxPrice,
        uint256 maxUserExpiry,
        uint256 maxFee,
        bytes32 salt
    ) external pure returns (bytes32);

    function rentNonce(address renter, uint256 stream, uint256 dayCount, uint256 maxPrice, uint256 maxFee, bytes32 salt)
        external
        pure
        returns (bytes32);
}
