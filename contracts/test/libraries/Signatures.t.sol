// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Signatures} from "../../src/libraries/Signatures.sol";

contract SignaturesTest is Test {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function recover(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return Signatures.recover(digest, signature);
    }

    function testFuzz_the_signer_is_recovered(uint256 key, bytes32 digest) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        assertEq(this.recover(digest, abi.encodePacked(r, s, v)), vm.addr(key));
    }

    function testFuzz_high_s_is_refused(uint256 key, bytes32 digest) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        assertEq(this.recover(digest, twin), address(0));
    }

    /// @dev OpenZeppelin's library agrees on every input.
    function testFuzz_agrees_with_openzeppelin(bytes32 digest, bytes memory signature) public view {
        (address expected,,) = ECDSA.tryRecover(digest, signature);
        assertEq(this.recover(digest, signature), expected);
    }

    function test_malformed_signatures_are_nobodys() public view {
        assertEq(this.recover(0, ""), address(0));
        assertEq(this.recover(0, new bytes(64)), address(0));
        assertEq(this.recover(0, new bytes(65)), address(0));
        assertEq(this.recover(0, new bytes(66)), address(0));
    }
}
