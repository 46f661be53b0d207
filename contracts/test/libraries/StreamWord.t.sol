// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {StreamWord} from "../../src/libraries/StreamWord.sol";

contract StreamWordTest is Test {
    using StreamWord for uint96;

    function testFuzz_inline_terms_come_back_as_they_were(
        uint32 maxViewers,
        uint16 relayBps,
        uint16 broadcasterBps,
        uint64 floorPrice,
        address owner
    ) public pure {
        floorPrice = uint64(bound(floorPrice, 0, type(uint32).max >> 1));
        assertTrue(StreamWord.fits(floorPrice));
        uint96 word = StreamWord.withTerms(maxViewers, relayBps, broadcasterBps, floorPrice);
        assertTrue(word.isInline());
        assertEq(word.maxViewers(), maxViewers);
        assertEq(word.newest(), 1);
        assertEq(word.ownersNewest(), 1);
        Terms memory terms = word.terms(owner);
        assertEq(terms.payee, owner);
        assertEq(terms.relayBps, relayBps);
        assertEq(terms.broadcasterBps, broadcasterBps);
        assertEq(terms.floorPrice, floorPrice);
    }

    function testFuzz_versions_come_back_as_they_were(uint32 maxViewers, uint32 newest, uint32 ownersNewest)
        public
        pure
    {
        newest = uint32(bound(newest, 0, type(uint32).max >> 1));
        uint96 word = StreamWord.withVersions(maxViewers, newest, ownersNewest);
        assertFalse(word.isInline());
        assertEq(word.maxViewers(), maxViewers);
        assertEq(word.newest(), newest);
        assertEq(word.ownersNewest(), ownersNewest);
    }

    function test_a_floor_price_of_32_bits_does_not_fit() public pure {
        assertTrue(StreamWord.fits((1 << 31) - 1));
        assertFalse(StreamWord.fits(1 << 31));
        assertFalse(StreamWord.fits(type(uint64).max));
    }

    function test_a_stream_that_does_not_exist_has_no_versions() public pure {
        assertEq(uint96(0).newest(), 0);
        assertEq(uint96(0).ownersNewest(), 0);
        assertFalse(uint96(0).isInline());
    }
}
