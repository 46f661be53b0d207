// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Anybody's bytes as text that JSON and XML may hold.
library PlainText {
    /// @notice `text` with U+FFFD in place of each byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7) or of a character that XML 1.0 (section 2.2)
    /// excludes. Markup is left to be escaped.
    function clean(string memory text) internal pure returns (string memory) {
        bytes memory input = bytes(text);
        bytes memory output = new bytes(3 * input.length);
        uint256 length;
        for (uint256 i; i < input.length;) {
            uint256 size = _characterAt(input, i);
            if (size == 0) {
                (output[length], output[length + 1], output[length + 2]) = (0xEF, 0xBF, 0xBD);
                length += 3;
                ++i;
            }
            for (; size != 0; --size) {
                output[length++] = input[i++];
            }
        }
        assembly ("memory-safe") {
            mstore(output, length)
        }
        return string(output);
    }

    /// @dev How many bytes the character at `i` takes; 0 when there is none that is allowed.
    function _characterAt(bytes memory input, uint256 i) private pure returns (uint256) {
        uint256 lead = uint8(input[i]);
        if (lead < 0x80) return lead >= 0x20 || lead == 0x09 || lead == 0x0a || lead == 0x0d ? 1 : 0;
        (uint256 size, uint256 least) = (0, 0);
        if (lead >> 5 == 0x06) (size, least) = (2, 0x80);
        else if (lead >> 4 == 0x0e) (size, least) = (3, 0x800);
        else if (lead >> 3 == 0x1e) (size, least) = (4, 0x10000);
        if (size == 0 || i + size > input.length) return 0;
        uint256 character = lead % 2 ** (7 - size);
        for (uint256 j = 1; j < size; ++j) {
            uint256 next = uint8(input[i + j]);
            if (next >> 6 != 0x02) return 0;
            character = (character << 6) | (next & 0x3f);
        }
        bool surrogate = character >> 11 == 0x1b;
        bool excluded = character == 0xfffe || character == 0xffff;
        return character < least || character > 0x10ffff || surrogate || excluded ? 0 : size;
    }
}
