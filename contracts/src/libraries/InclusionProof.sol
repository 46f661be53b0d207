// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Errors} from "./Errors.sol";

/// @title Inclusion proofs in the tree over a window's part nodes (spec/window.md): RFC 6962 shape, SHA-256.
library InclusionProof {
    uint256 internal constant MAX_PARTS = 256;

    /// @notice The root that `node`, the one at `index` of `count`, has with these siblings (RFC 9162 §2.1.3.2). Index and count alone fix every
    /// direction and the number of siblings, so that a root has one node at an index and no inner node passes for one.
    function rootOf(bytes32 node, uint256 index, uint256 count, bytes32[] calldata siblings)
        internal
        pure
        returns (bytes32 root)
    {
        if (count > MAX_PARTS || index >= count) revert Errors.IndexOutOfRange(index, count);
        root = node;
        uint256 last = count - 1;
        for (uint256 i; i < siblings.length; ++i) {
            if (last == 0) revert Errors.ProofLength();
            if (index & 1 == 1 || index == last) {
                root = _inner(siblings[i], root);
                // An odd node is carried up until it has a left sibling.
                while (index & 1 == 0 && index != 0) (index, last) = (index >> 1, last >> 1);
            } else {
                root = _inner(root, siblings[i]);
            }
            (index, last) = (index >> 1, last >> 1);
        }
        if (last != 0) revert Errors.ProofLength();
    }

    function _inner(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
