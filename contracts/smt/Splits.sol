// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Splits} from "../src/libraries/Splits.sol";

/// @notice For every split that StreamKeys admits, every face value and every number of tickets.
contract SplitsSmt {
    function one(uint256 relayBps, uint256 broadcasterBps, uint256 faceValue) external pure {
        require(relayBps <= 10_000 && broadcasterBps <= 10_000 - relayBps && faceValue < 2 ** 32);
        (uint256 relay, uint256 broadcaster, uint256 treasury) = Splits.shares(faceValue, 1, relayBps, broadcasterBps);
        assert(relay <= faceValue);
        assert(broadcaster <= faceValue - relay);
        assert(treasury <= faceValue);
        assert(relay + broadcaster + treasury == faceValue);
    }

    function many(uint256 relayBps, uint256 broadcasterBps, uint256 faceValue, uint256 count) external pure {
        require(relayBps <= 10_000 && broadcasterBps <= 10_000 - relayBps && faceValue < 2 ** 32 && count < 2 ** 32);
        (uint256 relay, uint256 broadcaster, uint256 treasury) = Splits.shares(faceValue, count, relayBps, broadcasterBps);
        assert(relay + broadcaster + treasury == faceValue * count);
    }
}
