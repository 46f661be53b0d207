// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Report} from "../interfaces/ISLAOracle.sol";

/// @title The EIP-712 struct hash of a report.
library ReportHash {
    bytes32 internal constant TYPE_HASH =
        keccak256("Report(address edge,uint32 epoch,uint32 latencyMs,uint16 vmafCenti,uint16 uptimeBps)");

    function structHash(Report calldata report) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE_HASH, report));
    }
}
