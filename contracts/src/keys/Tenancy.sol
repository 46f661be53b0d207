// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "solady/tokens/ERC721.sol";
import {IERC4907} from "../interfaces/IERC4907.sol";
import {IStreamKeys} from "../interfaces/IStreamKeys.sol";
import {Errors} from "../libraries/Errors.sol";

/// @title Who broadcasts: the owner, or the renter while a rental runs.
/// @dev No path shortens or removes a running rental: it is written by `_lease` alone, which replaces only what has expired and else prolongs.
abstract contract Tenancy is IStreamKeys, IERC4907, ERC721 {
    /// @notice Longest time that a renter may have before him, extensions included.
    uint256 public constant MAX_RENTAL = 365 days;

    /// @dev One slot. `terms` is the newest version that this renter has set, 0 when he has set none.
    struct Rental {
        address user;
        uint64 expires;
        uint32 terms;
    }

    mapping(uint256 stream => Rental) private _rentals;

    modifier onlyStreamOwner(uint256 stream) {
        if (_ownerOf(stream) != msg.sender) revert Errors.NotStreamOwner();
        _;
    }

    /// @inheritdoc IERC4907
    function setUser(uint256 stream, address user, uint64 expires) external onlyStreamOwner(stream) {
        Rental memory rental = _running(stream);
        if (rental.expires != 0) revert Errors.Rented(rental.expires);
        if (user == address(0)) revert Errors.ZeroAddress();
        if (expires <= block.timestamp) revert Errors.BadRentalTime();
        _lease(stream, user, expires, false);
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 stream) external view returns (address) {
        return _running(stream).user;
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 stream) external view returns (uint256) {
        return _rentals[stream].expires;
    }

    /// @inheritdoc IStreamKeys
    function broadcasterOf(uint256 stream) external view returns (address broadcaster) {
        (broadcaster,) = _broadcaster(stream);
    }

    /// @dev The rental that runs; all zero when none does.
    function _running(uint256 stream) internal view returns (Rental memory rental) {
        rental = _rentals[stream];
        if (rental.expires <= block.timestamp) (rental.user, rental.expires, rental.terms) = (address(0), 0, 0);
    }

    /// @dev Who broadcasts now, and until when he does for sure.
    function _broadcaster(uint256 stream) internal view returns (address, uint256 until) {
        Rental memory rental = _running(stream);
        if (rental.expires != 0) return (rental.user, rental.expires);
        return (_ownerOf(stream), type(uint256).max);
    }

    /// @dev Prolongs the rental that runs, or begins one when none does.
    function _lease(uint256 stream, address user, uint256 expires, bool prolongs) internal {
        if (expires > block.timestamp + MAX_RENTAL) revert Errors.BadRentalTime();
        if (prolongs) {
            _rentals[stream].expires = uint64(expires);
        } else {
            _endDelegations(stream);
            _rentals[stream] = Rental(user, uint64(expires), 0);
        }
        emit UpdateUser(stream, user, uint64(expires));
    }

    /// @dev Notes the newest terms of the renter who broadcasts now.
    function _setRentersTerms(uint256 stream, uint32 version) internal {
        _rentals[stream].terms = version;
    }

    /// @dev Ends every delegation now; the broadcaster changes.
    function _endDelegations(uint256 stream) internal virtual;
}
