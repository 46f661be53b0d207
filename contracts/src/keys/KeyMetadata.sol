// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {PlainText} from "../libraries/PlainText.sol";

/// @title A stream's metadata: JSON with an SVG image in it, both as data URIs.
/// @dev A contract of its own, without state, so that StreamKeys stays within the size that the chain allows (EIP-170).
contract KeyMetadata {
    using LibString for string;
    using LibString for uint256;
    using PlainText for string;

    /// @dev Beyond so many bytes a title is squeezed to the card's width.
    uint256 private constant WIDE = 22;

    function uri(uint256 stream, string memory title, string memory category, uint256 maxViewers)
        external
        pure
        returns (string memory)
    {
        (title, category) = (title.clean(), category.clean());
        bytes memory json = abi.encodePacked(
            '{"name":"',
            title.escapeJSON(),
            '","description":"ClusterCast stream ',
            stream.toString(),
            '","image":"data:image/svg+xml;base64,',
            Base64.encode(_svg(stream, title, category, maxViewers)),
            '","attributes":[{"trait_type":"category","value":"',
            category.escapeJSON(),
            '"},{"trait_type":"maxViewers","display_type":"number","value":',
            maxViewers.toString(),
            "}]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    function _svg(uint256 stream, string memory title, string memory category, uint256 maxViewers)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" fill="#fff" font-family="sans-serif">',
            '<rect width="640" height="360" fill="hsl(',
            // The golden angle keeps neighbours apart.
            (stream * 137 % 360).toString(),
            ',45%,22%)"/><text x="40" y="170" font-size="44"',
            bytes(title).length > WIDE ? ' textLength="560" lengthAdjust="spacingAndGlyphs">' : ">",
            title.escapeHTML(),
            '</text><text x="40" y="220" font-size="26" opacity=".8">',
            category.escapeHTML(),
            '</text><text x="40" y="320" font-size="22" opacity=".8">ClusterCast stream ',
            stream.toString(),
            maxViewers == 0 ? "" : string.concat(", up to ", maxViewers.toString(), " viewers"),
            "</text></svg>"
        );
    }
}
