// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStreamKeys} from "../interfaces/IStreamKeys.sol";
import {Errors} from "../libraries/Errors.sol";
import {Splits} from "../libraries/Splits.sol";

/// @title Who gets a stream's money, by the terms that StreamKeys keeps.
abstract contract StreamSplits {
    IStreamKeys public immutable STREAM_KEYS;

    mapping(uint256 stream => mapping(uint32 terms => uint256 word)) private _splits;

    constructor(address streamKeys) {
        if (streamKeys == address(0)) revert Errors.BadConfig();
        STREAM_KEYS = IStreamKeys(streamKeys);
    }

    /// @dev The split by which a group is divided, zero when there are no such terms. Versions of terms never change, so that a copy in our own
    /// storage is as good as StreamKeys' word, and 3,000 gas cheaper.
    function _splitOf(uint256 stream, uint32 terms) internal returns (uint256 split) {
        split = _splits[stream][terms];
        if (split == 0) {
            split = Splits.pack(STREAM_KEYS.termsOf(stream, terms));
            if (split != 0) _splits[stream][terms] = split;
        }
    }
}
