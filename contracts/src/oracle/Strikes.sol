// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OracleConfig, Reporter} from "../interfaces/ISLAOracle.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {Reports} from "../libraries/Reports.sol";
import {ServiceLevel} from "../libraries/ServiceLevel.sol";
import {Measures} from "./Measures.sol";
import {Reporters} from "./Reporters.sol";

/// @title Strikes against reporters far from the median, which suspend and never cost money.
abstract contract Strikes is Measures, Reporters {
    using ServiceLevel for uint256;

    uint8 public immutable MAX_STRIKES;
    uint32 public immutable STRIKE_EPOCHS;

    constructor(OracleConfig memory config) {
        if (config.maxStrikes == 0 || config.strikeEpochs == 0) revert Errors.BadConfig();
        MAX_STRIKES = config.maxStrikes;
        STRIKE_EPOCHS = config.strikeEpochs;
    }

    /// @dev Strikes whoever is far from the median, if more than half agree with it: where reports scatter, nobody is known to be wrong.
    function _strikeOutliers(
        address edge,
        uint32 epoch,
        Reports.Table memory table,
        uint256 latency,
        uint256 vmaf,
        uint256 uptime
    ) internal {
        uint256 count = table.places.length;
        uint256[] memory outliers = new uint256[](count);
        uint256 found;
        (uint256 latencyTolerance, uint256 vmafTolerance, uint256 uptimeTolerance) =
            (_latency.tolerance, _vmaf.tolerance, _uptime.tolerance);
        for (uint256 i; i < count; ++i) {
            if (
                table.latencies[i].isWithin(latency, latencyTolerance) && table.vmafs[i].isWithin(vmaf, vmafTolerance)
                    && table.uptimes[i].isWithin(uptime, uptimeTolerance)
            ) continue;
            outliers[found++] = table.places[i];
        }
        if (2 * found >= count) return;
        for (uint256 i; i < found; ++i) {
            _strike(_places[outliers[i]], epoch, edge);
        }
    }

    /// @dev At most one strike an epoch, since one bad link shows on every edge; none for epochs before the reporter was named (again), or before
    /// its last strike. A suspension that would leave fewer than the quorum waits: edges that serve reporters differently must not silence them all.
    function _strike(address account, uint32 epoch, address edge) private {
        Reporter memory reporter = _reporters[account];
        if (reporter.until != NAMED || epoch < reporter.from || epoch <= reporter.lastStrike) return;
        if (epoch / STRIKE_EPOCHS != reporter.lastStrike / STRIKE_EPOCHS) reporter.strikes = 0;
        if (reporter.strikes < MAX_STRIKES) ++reporter.strikes;
        reporter.lastStrike = epoch;
        emit Events.Struck(account, epoch, edge, reporter.strikes);
        if (reporter.strikes == MAX_STRIKES && reporterCount > QUORUM) {
            // Of the epoch that runs there is no report yet.
            uint32 until = currentEpoch();
            _leave(reporter, until);
            emit Events.Suspended(account, until);
        }
        _reporters[account] = reporter;
    }
}
