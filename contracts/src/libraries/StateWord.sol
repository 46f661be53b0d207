// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Status, StreamState} from "../interfaces/IStreamRegistry.sol";

/// @title A stream's state as one word, of which a beat rewrites the lower part at once: 430 gas less a beat than by the fields of a struct.
/// @dev From the top: `0 u64 | run u64 | startedAt u40 | beatAt u40 | viewers u32 | health u8 | status u8`.
library StateWord {
    uint256 private constant SAID = 88;

    /// @notice What a run begins with.
    function begin(uint64 run_, uint256 time) internal pure returns (uint256) {
        return (uint256(run_) << 128) | (time << SAID);
    }

    /// @notice `word` with what is said of its run now.
    function say(uint256 word, uint256 time, uint32 viewers, uint8 health, Status status_)
        internal
        pure
        returns (uint256)
    {
        return ((word >> SAID) << SAID) | (time << 48) | (uint256(viewers) << 16) | (uint256(health) << 8)
            | uint256(status_);
    }

    function run(uint256 word) internal pure returns (uint64) {
        return uint64(word >> 128);
    }

    function beatAt(uint256 word) internal pure returns (uint256) {
        return uint40(word >> 48);
    }

    function status(uint256 word) internal pure returns (Status) {
        return Status(uint8(word));
    }

    function unpack(uint256 word) internal pure returns (StreamState memory) {
        return StreamState(
            run(word), uint40(word >> SAID), uint40(word >> 48), uint32(word >> 16), uint8(word >> 8), status(word)
        );
    }
}
