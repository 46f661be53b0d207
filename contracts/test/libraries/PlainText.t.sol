// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {PlainText} from "../../src/libraries/PlainText.sol";

contract PlainTextTest is Test {
    bytes private constant REPLACED = hex"efbfbd";

    function _assertClean(bytes memory text, bytes memory expected) private pure {
        assertEq(bytes(PlainText.clean(string(text))), expected);
    }

    function test_well_formed_text_stays_as_it_is() public pure {
        _assertClean("", "");
        _assertClean("plain <text> & \"quotes\"\t\r\n", "plain <text> & \"quotes\"\t\r\n");
        // Two, three and four bytes: the first and last character of each length, and the neighbours of the surrogates.
        bytes memory wide = hex"c280dfbfe0a080efbfbded9fbfee8080f0908080f48fbfbf";
        _assertClean(wide, wide);
    }

    function test_control_characters_are_replaced() public pure {
        for (uint256 i; i < 0x20; ++i) {
            bytes memory text = abi.encodePacked(uint8(i));
            bool white = i == 0x09 || i == 0x0a || i == 0x0d;
            _assertClean(text, white ? text : REPLACED);
        }
    }

    function test_what_is_no_utf8_is_replaced_byte_by_byte() public pure {
        _assertClean(hex"80", REPLACED);
        _assertClean(hex"c0af", bytes.concat(REPLACED, REPLACED));
        _assertClean(hex"c1bf", bytes.concat(REPLACED, REPLACED));
        _assertClean(hex"e09fbf", bytes.concat(REPLACED, REPLACED, REPLACED));
        _assertClean(hex"eda080", bytes.concat(REPLACED, REPLACED, REPLACED));
        _assertClean(hex"edbfbf", bytes.concat(REPLACED, REPLACED, REPLACED));
        _assertClean(hex"efbfbe", bytes.concat(REPLACED, REPLACED, REPLACED));
        _assertClean(hex"efbfbf", bytes.concat(REPLACED, REPLACED, REPLACED));
        _assertClean(hex"f08fbfbf", bytes.concat(REPLACED, REPLACED, REPLACED, REPLACED));
        _assertClean(hex"f4908080", bytes.concat(REPLACED, REPLACED, REPLACED, REPLACED));
        _assertClean(hex"f8", REPLACED);
        _assertClean(hex"ff", REPLACED);
    }

    function test_a_cut_character_swallows_nothing() public pure {
        _assertClean(hex"e282", bytes.concat(REPLACED, REPLACED));
        _assertClean(hex"e23c2f", bytes.concat(REPLACED, "</"));
        _assertClean(hex"f09f983c", bytes.concat(REPLACED, REPLACED, REPLACED, "<"));
    }

    function testFuzz_clean_text_is_clean(bytes memory text) public pure {
        if (text.length > 100) {
            assembly ("memory-safe") {
                mstore(text, 100)
            }
        }
        string memory once = PlainText.clean(string(text));
        assertEq(PlainText.clean(once), once);
        assertGe(bytes(once).length, text.length);
    }
}
