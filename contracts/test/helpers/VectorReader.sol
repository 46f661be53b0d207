// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Reads the shared examples of `spec/vectors`.
abstract contract VectorReader is Test {
    string private constant FOLDER = "../spec/vectors/";

    function _read(string memory name) internal view returns (string memory) {
        string memory path = string.concat(FOLDER, name, ".json");
        require(
            vm.isFile(path),
            string.concat("spec/vectors/", name, ".json is missing: the generator of the vectors has not been run")
        );
        return vm.readFile(path);
    }

    function _case(uint256 i) internal pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "]");
    }

    /// @dev The ABI encoding of an object: one word a field, in the given order.
    function _encode(string memory json, string memory path, string memory fields)
        internal
        pure
        returns (bytes memory words)
    {
        string[] memory names = vm.split(fields, " ");
        for (uint256 i; i < names.length; ++i) {
            string memory value = vm.parseJsonString(json, string.concat(path, ".", names[i]));
            uint256 length = bytes(value).length;
            if (length == 66) words = bytes.concat(words, vm.parseBytes32(value));
            else if (length == 42) words = abi.encodePacked(words, uint256(uint160(vm.parseAddress(value))));
            else words = abi.encodePacked(words, vm.parseUint(value));
        }
    }

    function _bytes32(string memory json, string memory at_, string memory key) internal pure returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(at_, key));
    }

    function _address(string memory json, string memory at_, string memory key) internal pure returns (address) {
        return vm.parseJsonAddress(json, string.concat(at_, key));
    }

    function _signature(string memory json, string memory at_) internal pure returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(at_, ".signature"));
    }
}
