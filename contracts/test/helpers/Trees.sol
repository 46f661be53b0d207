// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The tree of RFC 6962 §2.1 and §2.1.1 as it is written there, recursive and slow.
library Trees {
    function root(bytes32[] memory nodes) internal pure returns (bytes32) {
        return _root(nodes, 0, nodes.length);
    }

    function path(bytes32[] memory nodes, uint256 index) internal pure returns (bytes32[] memory) {
        return _path(nodes, index, 0, nodes.length);
    }

    function _root(bytes32[] memory nodes, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return nodes[from];
        uint256 middle = from + _split(to - from);
        return sha256(abi.encodePacked(bytes1(0x01), _root(nodes, from, middle), _root(nodes, middle, to)));
    }

    function _path(bytes32[] memory nodes, uint256 index, uint256 from, uint256 to)
        private
        pure
        returns (bytes32[] memory)
    {
        if (to - from == 1) return new bytes32[](0);
        uint256 middle = from + _split(to - from);
        return index < middle
            ? _with(_path(nodes, index, from, middle), _root(nodes, middle, to))
            : _with(_path(nodes, index, middle, to), _root(nodes, from, middle));
    }

    function _with(bytes32[] memory list, bytes32 item) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = item;
    }

    /// @dev The largest power of two below `count`.
    function _split(uint256 count) private pure returns (uint256 half) {
        half = 1;
        while (half * 2 < count) half *= 2;
    }
}
