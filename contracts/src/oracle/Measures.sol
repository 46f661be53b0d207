// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISLAOracle, Measure, OracleConfig} from "../interfaces/ISLAOracle.sol";
import {Errors} from "../libraries/Errors.sol";
import {ServiceLevel} from "../libraries/ServiceLevel.sol";

/// @title How measures become a score.
abstract contract Measures is ISLAOracle {
    using ServiceLevel for uint256;

    uint256 private constant BPS = 10_000;

    /// @dev Written once, by the constructor.
    Measure internal _latency;
    Measure internal _vmaf;
    Measure internal _uptime;

    constructor(OracleConfig memory config) {
        if (config.latency.full >= config.latency.zero || config.latency.tolerance == 0) revert Errors.BadConfig();
        _checkShare(config.vmaf);
        _checkShare(config.uptime);
        (_latency, _vmaf, _uptime) = (config.latency, config.vmaf, config.uptime);
    }

    /// @notice How each measure becomes a score.
    function measures() external view returns (Measure memory latency, Measure memory vmaf, Measure memory uptime) {
        return (_latency, _vmaf, _uptime);
    }

    /// @inheritdoc ISLAOracle
    function rate(uint256 latencyMs, uint256 vmafCenti, uint256 uptimeBps) public view returns (uint256 score) {
        score = latencyMs.ramp(_latency);
        uint256 other = vmafCenti.ramp(_vmaf);
        if (other < score) score = other;
        other = uptimeBps.ramp(_uptime);
        if (other < score) score = other;
    }

    function _checkShare(Measure memory measure) private pure {
        if (measure.full > BPS || measure.full <= measure.zero || measure.tolerance == 0) revert Errors.BadConfig();
    }
}
