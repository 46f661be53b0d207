// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Well-formed calldata for any function signature, with words and blobs out of a dictionary of what an attacker could know.
/// Elementary types are words, `bytes` and `string` are blobs; arrays have up to two elements; tuples nest.
abstract contract RandomCalls {
    bytes32[] internal words;
    bytes[] internal blobs;
    uint256 private _state;

    function _seed(uint256 seed) internal {
        _state = seed;
    }

    function _random(uint256 below) internal returns (uint256) {
        _state = uint256(keccak256(abi.encode(_state)));
        return _state % below;
    }

    /// @notice A call of `signature`, for example `redeem((address,uint256)[])`.
    function _call(string memory signature) internal returns (bytes memory) {
        bytes memory text = bytes(signature);
        uint256 open;
        while (text[open] != "(") ++open;
        return abi.encodePacked(bytes4(keccak256(text)), _tuple(text, open));
    }

    /// @dev The tuple whose bracket opens at `open`: heads first, then what they point to.
    function _tuple(bytes memory text, uint256 open) private returns (bytes memory) {
        uint256 end = _close(text, open);
        uint256 heads;
        for (uint256 at = open + 1; at < end; at = _next(text, at)) {
            heads += _isDynamic(text, at) ? 32 : _size(text, at);
        }
        bytes memory head;
        bytes memory tail;
        for (uint256 at = open + 1; at < end; at = _next(text, at)) {
            bytes memory value = _value(text, at);
            if (_isDynamic(text, at)) {
                head = abi.encodePacked(head, heads + tail.length);
                tail = abi.encodePacked(tail, value);
            } else {
                head = abi.encodePacked(head, value);
            }
        }
        return abi.encodePacked(head, tail);
    }

    function _value(bytes memory text, uint256 at) private returns (bytes memory) {
        uint256 suffix = _suffix(text, at);
        if (suffix != _next(text, at) - 1 && text[suffix] == "[") return _array(text, at, suffix);
        if (text[at] == "(") return _tuple(text, at);
        if (_isBlob(text, at)) {
            bytes memory blob = blobs[_random(blobs.length)];
            return abi.encodePacked(blob.length, blob, new bytes((32 - blob.length % 32) % 32));
        }
        return abi.encodePacked(_fit(text, at, words[_random(words.length)]));
    }

    /// @dev `T[]` of zero to two elements, or `T[n]`.
    function _array(bytes memory text, uint256 at, uint256 suffix) private returns (bytes memory) {
        uint256 length = uint8(text[suffix + 1]);
        bool open = text[suffix + 1] == "]";
        length = open ? _random(3) : length - 48;
        // The element as a tuple of its own repeated, so that heads and tails fall into place.
        bytes memory element = _slice(text, at, suffix);
        bytes memory list = "(";
        for (uint256 i; i < length; ++i) {
            list = abi.encodePacked(list, i == 0 ? bytes("") : bytes(","), element);
        }
        bytes memory body = length == 0 ? bytes("") : _tuple(abi.encodePacked(list, ")"), 0);
        return open ? abi.encodePacked(length, body) : body;
    }

    /// @dev Words are cut to the width of their type, since decoders refuse dirty bits.
    function _fit(bytes memory text, uint256 at, bytes32 word) private pure returns (bytes32) {
        if (text[at] == "a") return bytes32(uint256(uint160(uint256(word))));
        if (_starts(text, at, "bool")) return bytes32(uint256(word) & 1);
        if (_starts(text, at, "bytes")) {
            uint256 width = _number(text, at + 5);
            return width >= 32 ? word : word & bytes32(type(uint256).max << (256 - 8 * width));
        }
        uint256 bits = _number(text, at + (text[at] == "i" ? 3 : 4));
        if (bits >= 256) return word;
        // A positive value of a signed type has its top bit clear.
        if (text[at] == "i") --bits;
        return bytes32(uint256(word) & ((uint256(1) << bits) - 1));
    }

    /* READING SIGNATURES */

    function _isDynamic(bytes memory text, uint256 at) private pure returns (bool) {
        uint256 end = _next(text, at) - 1;
        for (uint256 i = at; i < end; ++i) {
            if (text[i] == "[" && text[i + 1] == "]") return true;
            if (_isBlob(text, i)) return true;
        }
        return false;
    }

    function _isBlob(bytes memory text, uint256 at) private pure returns (bool) {
        if (_starts(text, at, "string")) return true;
        return _starts(text, at, "bytes") && (text[at + 5] < "0" || text[at + 5] > "9");
    }

    /// @dev Bytes of a static type's head.
    function _size(bytes memory text, uint256 at) private pure returns (uint256 size) {
        uint256 suffix = _suffix(text, at);
        size = 32;
        if (text[at] == "(") {
            size = 0;
            uint256 end = _close(text, at);
            for (uint256 i = at + 1; i < end; i = _next(text, i)) {
                size += _size(text, i);
            }
        }
        if (suffix < text.length && text[suffix] == "[") size *= uint8(text[suffix + 1]) - 48;
    }

    /// @dev Where the last `[` of the component at `at` stands, else its end.
    function _suffix(bytes memory text, uint256 at) private pure returns (uint256 suffix) {
        uint256 end = _next(text, at) - 1;
        suffix = end;
        for (uint256 i = text[at] == "(" ? _close(text, at) : at; i < end; ++i) {
            if (text[i] == "[") suffix = i;
        }
    }

    /// @dev Where the component after the one at `at` begins: behind its comma or closing bracket.
    function _next(bytes memory text, uint256 at) private pure returns (uint256) {
        uint256 depth;
        for (uint256 i = at; i < text.length; ++i) {
            if (text[i] == "(") ++depth;
            if (depth == 0 && (text[i] == "," || text[i] == ")")) return i + 1;
            if (text[i] == ")") --depth;
        }
        return text.length + 1;
    }

    function _close(bytes memory text, uint256 open) private pure returns (uint256 i) {
        uint256 depth;
        for (i = open; i < text.length; ++i) {
            if (text[i] == "(") ++depth;
            if (text[i] == ")" && --depth == 0) return i;
        }
    }

    function _starts(bytes memory text, uint256 at, bytes memory word) private pure returns (bool) {
        if (at + word.length > text.length) return false;
        for (uint256 i; i < word.length; ++i) {
            if (text[at + i] != word[i]) return false;
        }
        return true;
    }

    function _number(bytes memory text, uint256 at) private pure returns (uint256 number) {
        for (; at < text.length && text[at] >= "0" && text[at] <= "9"; ++at) {
            number = 10 * number + uint8(text[at]) - 48;
        }
    }

    function _slice(bytes memory text, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i; i < part.length; ++i) {
            part[i] = text[from + i];
        }
    }
}
