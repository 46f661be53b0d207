// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Head} from "../interfaces/IStreamKeys.sol";

/// @title The EIP-712 struct hash of a head.
library HeadHash {
    bytes32 internal constant TYPE_HASH = keccak256(
        "Head(uint256 stream,uint64 run,uint16 track,uint32 window,uint16 count,bytes32 root,uint64 byteLength,uint32 leafCount,bytes32 prev,bytes32 initHash,uint64 time,uint8 flags)"
    );

    function structHash(Head calldata head) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE_HASH, head));
    }
}
