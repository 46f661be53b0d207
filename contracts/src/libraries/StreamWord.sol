// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Terms} from "../interfaces/IStreamKeys.sol";

/// @title The 96 bits beside a stream's owner: greatest number of viewers, and either the first terms themselves or the numbers of the newest ones.
/// @dev From the top, a fresh stream whose payee is its owner: `1 u1 | floorPrice u31 | relayBps u16 | broadcasterBps u16 | maxViewers u32`.
/// Any other: `0 u1 | newest version u31 | owner's newest version u32 | maxViewers u32`. The first form saves a mint a storage slot.
library StreamWord {
    uint96 private constant INLINE = 1 << 95;

    /// @notice Whether terms with `floorPrice` fit beside the owner.
    function fits(uint64 floorPrice) internal pure returns (bool) {
        return floorPrice >> 31 == 0;
    }

    /// @notice A stream whose only terms have its owner as the payee and a floor price that fits.
    function withTerms(uint32 maxViewers_, uint16 relayBps, uint16 broadcasterBps, uint64 floorPrice)
        internal
        pure
        returns (uint96)
    {
        return INLINE | (uint96(floorPrice) << 64) | (uint96(relayBps) << 48) | (uint96(broadcasterBps) << 32)
            | maxViewers_;
    }

    /// @notice A stream whose terms are all in slots of their own.
    function withVersions(uint32 maxViewers_, uint32 newest_, uint32 ownersNewest_) internal pure returns (uint96) {
        return (uint96(newest_) << 64) | (uint96(ownersNewest_) << 32) | maxViewers_;
    }

    function isInline(uint96 word) internal pure returns (bool) {
        return word & INLINE != 0;
    }

    function maxViewers(uint96 word) internal pure returns (uint32) {
        return uint32(word);
    }

    /// @notice The terms in the word, which must be inline.
    function terms(uint96 word, address owner) internal pure returns (Terms memory) {
        return Terms(owner, uint16(word >> 48), uint16(word >> 32), uint64((word & ~INLINE) >> 64));
    }

    /// @notice The newest version, whoever set it.
    function newest(uint96 word) internal pure returns (uint32) {
        return isInline(word) ? 1 : uint32(word >> 64);
    }

    /// @notice The newest version that an owner set.
    function ownersNewest(uint96 word) internal pure returns (uint32) {
        return isInline(word) ? 1 : uint32(word >> 32);
    }
}
