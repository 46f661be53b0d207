// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Owners, renters and buyers of stream keys.
abstract contract KeysFixture is Fixture {
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

    /// @dev `who` rents the stream at $1 a day.
    function _rent(address who, uint256 dayCount) internal {
        _offerRent(1e6, 365);
        _allow(who, dayCount * 1e6);
        vm.prank(who);
        keys.rent(stream, dayCount, dayCount * 1e6);
    }
}
