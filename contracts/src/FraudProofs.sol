// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RelayStaking} from "./RelayStaking.sol";
import {StreamKeys} from "./StreamKeys.sol";
import {Errors} from "./libraries/Errors.sol";

/// @title FraudProofs
/// @notice Decides offences from signed bytes alone and punishes them in the same transaction.
contract FraudProofs {
    /* IMMUTABLES */

    StreamKeys public immutable STREAM_KEYS;
    RelayStaking public immutable RELAY_STAKING;
    /// @notice Greatest age of evidence: half of the time for which unbonding stake stays.
    uint32 public immutable WINDOW_SECONDS;

    constructor(address streamKeys, address relayStaking) {
        STREAM_KEYS = StreamKeys(streamKeys);
        RELAY_STAKING = RelayStaking(relayStaking);
        if (STREAM_KEYS.FRAUD_PROOFS() != address(this) || RELAY_STAKING.FRAUD_PROOFS() != address(this)) {
            revert Errors.BadConfig();
        }
        WINDOW_SECONDS = RELAY_STAKING.UNBOND_SECONDS() / 2;
    }
}
