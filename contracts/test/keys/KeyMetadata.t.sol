// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VmSafe} from "forge-std/Vm.sol";
import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {PlainText} from "../../src/libraries/PlainText.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice What anybody reads of a key: its texts, its JSON and its image.
contract KeyMetadataTest is KeysFixture {
    string private constant JSON = "data:application/json;base64,";
    string private constant SVG = "data:image/svg+xml;base64,";

    function _mint(string memory title, string memory category, uint32 maxViewers) private returns (uint256) {
        return keys.mint(title, category, maxViewers, _terms(7000, 2500));
    }

    function _decoded(string memory uri, string memory prefix) private pure returns (string memory) {
        assertTrue(LibString.startsWith(uri, prefix), prefix);
        return string(Base64.decode(LibString.slice(uri, bytes(prefix).length)));
    }

    function _json(uint256 id) private view returns (string memory) {
        return _decoded(keys.tokenURI(id), JSON);
    }

    function _svg(uint256 id) private view returns (string memory) {
        return _decoded(vm.parseJsonString(_json(id), ".image"), SVG);
    }

    function _count(string memory text, bytes1 what) private pure returns (uint256 count) {
        for (uint256 i; i < bytes(text).length; ++i) {
            if (bytes(text)[i] == what) ++count;
        }
    }

    function test_json_names_title_category_viewers_and_image() public {
        uint256 id = _mint("Big Buck Bunny", "film", 1000);
        string memory json = _json(id);
        assertEq(vm.parseJsonString(json, ".name"), "Big Buck Bunny");
        assertEq(vm.parseJsonString(json, ".description"), "ClusterCast stream 2");
        assertEq(vm.parseJsonString(json, ".attributes[0].trait_type"), "category");
        assertEq(vm.parseJsonString(json, ".attributes[0].value"), "film");
        assertEq(vm.parseJsonString(json, ".attributes[1].trait_type"), "maxViewers");
        assertEq(vm.parseJsonUint(json, ".attributes[1].value"), 1000);
        assertEq(
            _svg(id),
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" fill="#fff" font-family="sans-serif"><rect width="640" height="360" fill="hsl(274,45%,22%)"/><text x="40" y="170" font-size="44">Big Buck Bunny</text><text x="40" y="220" font-size="26" opacity=".8">film</text><text x="40" y="320" font-size="22" opacity=".8">ClusterCast stream 2, up to 1000 viewers</text></svg>'
        );
    }

    function test_quotes_and_line_breaks_stay_in_the_name() public {
        assertEq(vm.parseJsonString(_json(_mint('A "quoted"\n\\ title', "c", 7)), ".name"), 'A "quoted"\n\\ title');
    }

    function test_a_long_title_is_squeezed_and_any_number_of_viewers_is_not_named() public {
        string memory svg = _svg(_mint("A title that is wider than the card", "talk", 0));
        assertTrue(LibString.contains(svg, 'textLength="560"'));
        assertFalse(LibString.contains(svg, "viewers"));
    }

    function test_no_text_breaks_out_of_the_image() public {
        string memory svg = _svg(_mint("</text><script>alert('1')</script>&\"", "]]><image href=\"x\"/>", 1));
        assertFalse(LibString.contains(svg, "<script"));
        assertFalse(LibString.contains(svg, "<image"));
        assertTrue(LibString.contains(svg, "&lt;/text&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"));
        assertTrue(LibString.contains(svg, "]]&gt;&lt;image href=&quot;x&quot;/&gt;"));
    }

    function test_no_text_breaks_out_of_the_json() public {
        string memory json = _json(_mint('","image":"x","a":"', '"}],"b":[{"c":"', 1));
        assertEq(vm.parseJsonString(json, ".name"), '","image":"x","a":"');
        assertEq(vm.parseJsonString(json, ".attributes[0].value"), '"}],"b":[{"c":"');
        assertFalse(vm.keyExistsJson(json, ".a"));
        assertFalse(vm.keyExistsJson(json, ".b"));
    }

    /// @dev The parser takes only well-formed UTF-8; markup is counted, since the texts may add none.
    function testFuzz_any_bytes_make_well_formed_json_and_markup(bytes calldata title, bytes calldata category) public {
        title = title[:title.length > 100 ? 100 : title.length];
        category = category[:category.length > 32 ? 32 : category.length];
        vm.assume(title.length != 0 && category.length != 0);
        uint256 id = _mint(string(title), string(category), 7);
        string memory json = _json(id);
        assertEq(vm.parseJsonString(json, ".name"), PlainText.clean(string(title)));
        assertEq(vm.parseJsonString(json, ".attributes[0].value"), PlainText.clean(string(category)));
        string memory svg = _svg(id);
        assertEq(_count(svg, "<"), 9);
        assertEq(_count(svg, ">"), 9);
        assertEq(_count(svg, '"'), LibString.contains(svg, "textLength") ? 40 : 36);
        assertEq(PlainText.clean(svg), svg);
    }

    function testFuzz_texts_come_back_as_they_were(bytes calldata title, bytes calldata category) public {
        title = title[:title.length > 100 ? 100 : title.length];
        category = category[:category.length > 32 ? 32 : category.length];
        vm.assume(title.length != 0 && category.length != 0);
        (string memory title_, string memory category_,) = keys.infoOf(_mint(string(title), string(category), 7));
        assertEq(title_, string(title));
        assertEq(category_, string(category));
    }

    function test_the_longest_texts_come_back() public {
        string memory title = LibString.repeat("t", 100);
        string memory category = LibString.repeat("c", 32);
        (string memory title_, string memory category_, uint32 maxViewers) =
            keys.infoOf(_mint(title, category, type(uint32).max));
        assertEq(title_, title);
        assertEq(category_, category);
        assertEq(maxViewers, type(uint32).max);
    }

    function test_a_mint_of_30_bytes_of_text_for_its_owner_writes_two_new_slots() public {
        _mintTo(alice, "First");
        vm.startStateDiffRecording();
        _mintTo(alice, "A title of exactly 26 byte");
        VmSafe.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        uint256 created;
        for (uint256 i; i < accesses.length; ++i) {
            for (uint256 j; j < accesses[i].storageAccesses.length; ++j) {
                VmSafe.StorageAccess memory access = accesses[i].storageAccesses[j];
                if (access.isWrite && access.previousValue == 0 && access.newValue != 0) ++created;
            }
        }
        assertEq(created, 2);
    }
}
