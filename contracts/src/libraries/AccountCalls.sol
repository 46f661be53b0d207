// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Errors} from "./Errors.sol";

/// @title Reading the calls of an account's `execute` and `executeBatch` in place, every offset held within its bytes.
/// @dev An account reads the same bytes from the same base; an offset that leads out of them would mean other bytes there than here.
library AccountCalls {
    bytes4 internal constant EXECUTE = bytes4(keccak256("execute(address,uint256,bytes)"));
    bytes4 internal constant EXECUTE_BATCH = bytes4(keccak256("executeBatch((address,uint256,bytes)[])"));

    /// @notice The word at byte `at`.
    function word(bytes calldata region, uint256 at) internal pure returns (uint256) {
        unchecked {
            if (region.length < 32 || at > region.length - 32) revert Errors.UnsupportedCall();
        }
        return load(region, at);
    }

    /// @notice What begins at the offset that stands at byte `at`.
    function tail(bytes calldata region, uint256 at) internal pure returns (bytes calldata) {
        return from(region, word(region, at));
    }

    /// @notice The parts of `(address target, uint256 value, bytes data)`.
    function asCall(bytes calldata region) internal pure returns (address target, uint256 value, bytes calldata data) {
        if (region.length < 96) revert Errors.UnsupportedCall();
        target = address(uint160(load(region, 0)));
        value = load(region, 32);
        data = _bytes(from(region, load(region, 64)));
    }

    /// @notice The elements of `(address,uint256,bytes)[]`: `tail(elements, 32 * i)` is the i-th.
    function batch(bytes calldata region) internal pure returns (uint256 count, bytes calldata elements) {
        bytes calldata array = tail(region, 0);
        count = word(array, 0);
        elements = from(array, 32);
    }

    /// @dev A length and as many bytes.
    function _bytes(bytes calldata region) private pure returns (bytes calldata data) {
        uint256 length = word(region, 0);
        unchecked {
            if (length > region.length - 32) revert Errors.UnsupportedCall();
        }
        assembly ("memory-safe") {
            data.offset := add(region.offset, 32)
            data.length := length
        }
    }

    /// @notice What begins at byte `offset`.
    function from(bytes calldata region, uint256 offset) internal pure returns (bytes calldata rest) {
        if (offset > region.length) revert Errors.UnsupportedCall();
        assembly ("memory-safe") {
            rest.offset := add(region.offset, offset)
            rest.length := sub(region.length, offset)
        }
    }

    /// @notice The word at byte `at` of bytes that are known to be long enough.
    function load(bytes calldata region, uint256 at) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(region.offset, at))
        }
    }
}
