// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Runtime code of every contract: kept in `snapshots/size.json`, and below what chains accept (EIP-170).
contract SizeTest is Test {
    uint256 private constant MAX = 24_576;

    function test_size_of_the_contracts() public {
        Vm.DirEntry[] memory files = vm.readDir("src");
        uint256 found;
        for (uint256 i; i < files.length; ++i) {
            if (files[i].isDir) continue;
            string[] memory parts = vm.split(files[i].path, "/");
            string memory file = parts[parts.length - 1];
            string memory name = vm.replace(file, ".sol", "");
            uint256 size = vm.getDeployedCode(string.concat(file, ":", name)).length;
            vm.snapshotValue("size", name, size);
            assertLe(size, MAX, name);
            ++found;
        }
        assertEq(found, 10, "a contract a file");
    }
}
