// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Receipt} from "../interfaces/IRelayStaking.sol";

/// @title The EIP-712 struct hash of a receipt.
library ReceiptHash {
    bytes32 internal constant TYPE_HASH = keccak256(
        "Receipt(address relay,address purse,bytes32 headDigest,bytes32 servedRoot,uint64 byteLength,uint64 time)"
    );

    function structHash(Receipt calldata receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE_HASH, receipt));
    }
}
