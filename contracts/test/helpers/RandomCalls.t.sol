// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {RandomCalls} from "./RandomCalls.sol";

/// @notice What the compiler's own decoder accepts is well-formed.
contract RandomCallsTest is Test, RandomCalls {
    struct Inner {
        address account;
        uint32[] numbers;
        bytes32[3] hashes;
    }

    uint256 private reached;

    function everything(
        address,
        uint16 small,
        int128,
        bool,
        bytes calldata blob,
        Inner[] calldata inners,
        uint256[2] calldata pair,
        bytes4,
        string calldata text
    ) external {
        require(small <= type(uint16).max && pair.length == 2);
        reached += blob.length + bytes(text).length + 1;
        for (uint256 i; i < inners.length; ++i) {
            reached += inners[i].numbers.length + uint256(inners[i].hashes[2]) % 2;
        }
    }

    function test_any_signature_is_encoded_well(uint256 seed) public {
        words = [bytes32(type(uint256).max), bytes32(uint256(7)), keccak256("word")];
        blobs = [bytes(""), bytes("blob"), new bytes(65)];
        _seed(seed);
        bytes memory data = _call(
            "everything(address,uint16,int128,bool,bytes,(address,uint32[],bytes32[3])[],uint256[2],bytes4,string)"
        );
        assertEq(bytes4(data), this.everything.selector);
        (bool done,) = address(this).call(data);
        assertTrue(done, "the decoder refuses it");
        assertGt(reached, 0);
    }
}
