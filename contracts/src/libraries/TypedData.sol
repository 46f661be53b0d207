// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The EIP-712 envelope.
library TypedData {
    /// @notice keccak256(0x1901 | separator | structHash)
    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x00, 0x1901)
            mstore(0x20, separator)
            mstore(0x40, structHash)
            result := keccak256(0x1e, 0x42)
            mstore(0x40, free)
        }
    }
}
