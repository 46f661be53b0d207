// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Splits} from "../../src/libraries/Splits.sol";

contract SplitsTest is Test {
    using Splits for uint256;

    /// @dev For every split, face value and count: nothing is lost, each gets what a ticket alone would pay, and only the treasury gains by rounding.
    function testFuzz_shares_are_conserved_to_the_last_micro_usdc(Terms memory terms, uint32 faceValue, uint32 count)
        public
        pure
    {
        terms.relayBps = uint16(bound(terms.relayBps, 0, 10_000));
        terms.broadcasterBps = uint16(bound(terms.broadcasterBps, 0, 10_000 - terms.relayBps));
        uint256 split = Splits.pack(terms);
        (uint256 relay, uint256 broadcaster, uint256 treasury) = split.divide(faceValue, count);
        assertEq(relay + broadcaster + treasury, uint256(faceValue) * count);
        assertEq(relay, uint256(count) * (uint256(faceValue) * terms.relayBps / 10_000));
        assertEq(broadcaster, uint256(count) * (uint256(faceValue) * terms.broadcasterBps / 10_000));
        uint256 treasuryBps = 10_000 - terms.relayBps - terms.broadcasterBps;
        assertGe(treasury * 10_000, uint256(faceValue) * count * treasuryBps);
        assertEq(split.payeeOf(), terms.payee);
    }

    function test_terms_that_do_not_exist_are_zero() public pure {
        assertEq(Splits.pack(Terms(address(0), 0, 0, 0)), 0);
        assertTrue(Splits.pack(Terms(address(1), 0, 0, 0)) != 0);
    }
}
