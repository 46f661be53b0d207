// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISLAOracle, OracleConfig, Reporter} from "../interfaces/ISLAOracle.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";

/// @title Who reports: named and removed by governance, each at a place of its own.
abstract contract Reporters is ISLAOracle {
    uint256 public constant MIN_REPORTERS = 3;
    uint256 public constant MAX_REPORTERS = 15;
    uint32 internal constant NAMED = type(uint32).max;

    address public immutable GOVERNANCE;
    uint32 public immutable EPOCH_SECONDS;
    /// @notice How many reports a score needs. It never changes, so that reporters who fall away make scores rarer and never weaker.
    uint8 public immutable QUORUM;

    /// @inheritdoc ISLAOracle
    uint256 public reporterCount;
    /// @notice The epoch in which reporters were last changed by governance.
    uint32 public lastChange;
    address[MAX_REPORTERS] internal _places;
    mapping(address reporter => Reporter) internal _reporters;

    constructor(OracleConfig memory config) {
        if (config.governance == address(0) || config.epochSeconds == 0) revert Errors.BadConfig();
        uint256 count = config.reporters.length;
        if (count < MIN_REPORTERS || count > MAX_REPORTERS || count < config.quorum) revert Errors.BadConfig();
        if (config.quorum < 2 || count >= 2 * uint256(config.quorum)) revert Errors.BadConfig();
        GOVERNANCE = config.governance;
        EPOCH_SECONDS = config.epochSeconds;
        QUORUM = config.quorum;
        uint32 epoch = currentEpoch();
        for (uint256 i; i < count; ++i) {
            _name(config.reporters[i], epoch);
        }
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert Errors.NotGovernance();
        _;
    }

    /* ONLY GOVERNANCE */

    /// @inheritdoc ISLAOracle
    function nameReporter(address reporter) external onlyGovernance {
        uint32 epoch = _changeOnce();
        uint256 most = _mostReporters();
        if (reporterCount >= most) revert Errors.ReporterCount(_leastReporters(), most);
        _name(reporter, epoch + 1);
    }

    /// @inheritdoc ISLAOracle
    function removeReporter(address reporter) external onlyGovernance {
        uint32 epoch = _changeOnce();
        Reporter memory known = _reporters[reporter];
        if (known.until != NAMED) revert Errors.NotReporter();
        uint256 least = _leastReporters();
        if (reporterCount <= least) revert Errors.ReporterCount(least, _mostReporters());
        _leave(known, epoch + 1);
        _reporters[reporter] = known;
        emit Events.ReporterRemoved(reporter, epoch + 1);
    }

    /* VIEWS */

    /// @inheritdoc ISLAOracle
    function reporterOf(address reporter) external view returns (Reporter memory) {
        return _reporters[reporter];
    }

    /// @inheritdoc ISLAOracle
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / EPOCH_SECONDS);
    }

    /* INTERNAL */

    function _reportsIn(Reporter memory reporter, uint32 epoch) internal pure returns (bool) {
        return reporter.from <= epoch && epoch < reporter.until;
    }

    /// @dev Frees the place of a named reporter; the caller writes `reporter` back.
    function _leave(Reporter memory reporter, uint32 until) internal {
        delete _places[reporter.place];
        --reporterCount;
        reporter.until = until;
    }

    /// @dev A place that is free now was left in an earlier epoch, or lost its reporter's right to report, before `from`: no two report at one.
    function _name(address account, uint32 from) private {
        if (account == address(0)) revert Errors.ZeroAddress();
        Reporter storage reporter = _reporters[account];
        if (reporter.retired) revert Errors.ReporterRetired();
        if (reporter.until == NAMED) revert Errors.AlreadyReporter();
        uint8 place;
        while (_places[place] != address(0)) ++place;
        _places[place] = account;
        ++reporterCount;
        (reporter.from, reporter.until, reporter.place) = (from, NAMED, place);
        (reporter.strikes, reporter.lastStrike) = (0, 0);
        emit Events.ReporterNamed(account, from);
    }

    function _changeOnce() private returns (uint32 epoch) {
        epoch = currentEpoch();
        if (lastChange == epoch) revert Errors.OneChangePerEpoch();
        lastChange = epoch;
    }

    function _leastReporters() private view returns (uint256) {
        return QUORUM > MIN_REPORTERS ? QUORUM : MIN_REPORTERS;
    }

    /// @dev The quorum is always more than half.
    function _mostReporters() private view returns (uint256 most) {
        most = 2 * uint256(QUORUM) - 1;
        if (most > MAX_REPORTERS) most = MAX_REPORTERS;
    }
}
