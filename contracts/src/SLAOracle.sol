// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {
    ISLAOracle,
    Measure,
    OracleConfig,
    Report,
    Reporter,
    ReportOutcome,
    Score,
    SignedReport
} from "./interfaces/ISLAOracle.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {ReportHash} from "./libraries/ReportHash.sol";
import {Reports} from "./libraries/Reports.sol";
import {Scores} from "./libraries/Scores.sol";
import {ServiceLevel} from "./libraries/ServiceLevel.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {UsdcPull} from "./libraries/UsdcPull.sol";

/// @title SLAOracle
/// @notice Scores edges by the median of bonded reporters. That more than half of them are honest is trusted, not proven: what the others could do at
/// worst is to misdirect an epoch's rewards. The only money here are reporters' bonds, which a proof of equivocation takes and nothing else.
contract SLAOracle is ISLAOracle, EIP712, ReentrancyGuardTransient {
    using Reports for mapping(uint256 => uint256);
    using Scores for mapping(uint256 => uint256);
    using ServiceLevel for uint256;
    using ServiceLevel for uint256[];
    using UsdcPull for IUsdc;

    /* CONSTANTS */

    uint256 public constant MIN_REPORTERS = 3;
    uint256 public constant MAX_REPORTERS = 15;
    uint256 private constant BPS = 10_000;
    uint32 private constant NAMED = type(uint32).max;

    /* IMMUTABLES */

    IUsdc public immutable USDC;
    address public immutable GOVERNANCE;
    address public immutable TREASURY;
    uint32 public immutable EPOCH_SECONDS;
    uint32 public immutable REPORT_SECONDS;
    uint32 public immutable UNBOND_SECONDS;
    uint96 public immutable BOND;
    /// @notice How many reports a score needs. It never changes, so that reporters who fall away make scores rarer and never weaker.
    uint8 public immutable QUORUM;
    uint8 public immutable MAX_STRIKES;
    uint16 public immutable PROVER_BPS;
    uint32 public immutable STRIKE_EPOCHS;

    /* STORAGE */

    /// @dev Written once, by the constructor.
    Measure private _latency;
    Measure private _vmaf;
    Measure private _uptime;

    /// @inheritdoc ISLAOracle
    uint256 public reporterCount;
    /// @notice The epoch in which reporters were last changed by governance.
    uint32 public lastChange;
    address[MAX_REPORTERS] private _places;
    mapping(address reporter => Reporter) private _reporters;
    mapping(address account => uint256) private _credits;
    mapping(address edge => mapping(uint256 key => uint256 word)) private _reports;
    mapping(address edge => mapping(uint256 key => uint256 word)) private _scores;

    /* CONSTRUCTOR */

    constructor(OracleConfig memory config) {
        if (config.usdc == address(0) || config.governance == address(0) || config.treasury == address(0)) {
            revert Errors.BadConfig();
        }
        uint256 count = config.reporters.length;
        if (count < MIN_REPORTERS || count > MAX_REPORTERS || count < config.quorum) revert Errors.BadConfig();
        if (config.quorum < 2 || count >= 2 * uint256(config.quorum)) revert Errors.BadConfig();
        if (config.epochSeconds == 0 || config.reportSeconds == 0 || config.reportSeconds >= config.epochSeconds) {
            revert Errors.BadConfig();
        }
        // A report may be two epochs old when its window closes, and can be proven false as long.
        if (config.unbondSeconds < 2 * uint256(config.epochSeconds)) revert Errors.BadConfig();
        // Half at most goes to the prover, so that a reporter who proves his own fault loses at least the other half.
        if (config.bond == 0 || config.proverBps > BPS / 2) revert Errors.BadConfig();
        if (config.maxStrikes == 0 || config.strikeEpochs == 0) revert Errors.BadConfig();
        if (config.latency.full >= config.latency.zero || config.latency.tolerance == 0) revert Errors.BadConfig();
        _checkShare(config.vmaf);
        _checkShare(config.uptime);
        USDC = IUsdc(config.usdc);
        GOVERNANCE = config.governance;
        TREASURY = config.treasury;
        EPOCH_SECONDS = config.epochSeconds;
        REPORT_SECONDS = config.reportSeconds;
        UNBOND_SECONDS = config.unbondSeconds;
        BOND = config.bond;
        QUORUM = config.quorum;
        MAX_STRIKES = config.maxStrikes;
        PROVER_BPS = config.proverBps;
        STRIKE_EPOCHS = config.strikeEpochs;
        (_latency, _vmaf, _uptime) = (config.latency, config.vmaf, config.uptime);
        uint32 epoch = uint32(block.timestamp / config.epochSeconds);
        for (uint256 i; i < count; ++i) {
            _name(config.reporters[i], epoch);
        }
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert Errors.NotGovernance();
        _;
    }

    /* REPORTS */

    /// @inheritdoc ISLAOracle
    function submit(SignedReport[] calldata reports) external returns (bytes memory outcomes) {
        outcomes = new bytes(reports.length);
        for (uint256 i; i < reports.length; ++i) {
            outcomes[i] = bytes1(uint8(_submit(reports[i])));
        }
    }

    /// @inheritdoc ISLAOracle
    function finaliseAll(address[] calldata edges, uint32 epoch) external {
        for (uint256 i; i < edges.length; ++i) {
            finalise(edges[i], epoch);
        }
    }

    /// @inheritdoc ISLAOracle
    /// @dev Must not revert once the window is over: settling rewards, and so claiming them, waits for it.
    function finalise(address edge, uint32 epoch) public returns (Score memory score) {
        score = scoreOf(edge, epoch);
        if (score.isFinal) return score;
        uint256 closesAt = _closesAt(epoch);
        if (block.timestamp < closesAt) revert Errors.WindowOpen(closesAt);
        Reports.Table memory table = _reports[edge].take(epoch);
        score.isFinal = true;
        uint256 count = table.places.length;
        // Without a report there never will be one, so nothing need be kept.
        if (count == 0) return score;
        (uint256 latency, uint256 vmaf, uint256 uptime) = (0, 0, 0);
        if (count >= QUORUM) {
            (latency, vmaf, uptime) = (table.latencies.median(), table.vmafs.median(), table.uptimes.median());
            (score.isScored, score.scoreBps) = (true, uint16(rate(latency, vmaf, uptime)));
            score.uptimeBps = uint16(uptime);
            _strikeOutliers(edge, epoch, table, latency, vmaf, uptime);
        }
        _scores[edge].put(epoch, score);
        emit Events.Finalised(edge, epoch, score.isScored, count, score.scoreBps, latency, vmaf, uptime);
    }

    /// @inheritdoc ISLAOracle
    function proveEquivocation(SignedReport calldata first, SignedReport calldata second) external {
        (Report calldata one, Report calldata other) = (first.report, second.report);
        bytes32 digest = hashReport(one);
        bytes32 otherDigest = hashReport(other);
        if (one.edge != other.edge || one.epoch != other.epoch || digest == otherDigest) {
            revert Errors.NoEquivocation();
        }
        address signer = Signatures.recoverCompact(digest, first.r, first.vs);
        if (signer == address(0) || Signatures.recoverCompact(otherDigest, second.r, second.vs) != signer) {
            revert Errors.BadSignature();
        }
        Reporter memory reporter = _reporters[signer];
        // The same proof must not take a bond twice.
        if (reporter.retired) revert Errors.ReporterRetired();
        if (reporter.until != NAMED && reporter.bond == 0) revert Errors.NotReporter();
        bool voided = _reportsIn(reporter, one.epoch) && _reports[one.edge].void(one.epoch, reporter.place);
        uint256 share = uint256(reporter.bond) * PROVER_BPS / BPS;
        _credits[msg.sender] += share;
        _credits[TREASURY] += reporter.bond - share;
        if (reporter.until == NAMED) _leave(reporter, 0);
        emit Events.Equivocated(signer, one.edge, one.epoch, msg.sender, reporter.bond, share, voided);
        (reporter.bond, reporter.withdrawableAt, reporter.until, reporter.retired) = (0, 0, 0, true);
        _reporters[signer] = reporter;
    }

    /* BONDS */

    /// @inheritdoc ISLAOracle
    function bond() external nonReentrant {
        Reporter storage reporter = _reporters[msg.sender];
        if (reporter.retired) revert Errors.ReporterRetired();
        if (reporter.bond != 0) {
            if (reporter.withdrawableAt == 0) revert Errors.AlreadyBonded();
            reporter.withdrawableAt = 0;
        } else {
            if (USDC.byAllowance(msg.sender, BOND) != BOND) revert Errors.TransferFailed();
            reporter.bond = BOND;
        }
        emit Events.BondPosted(msg.sender, BOND);
    }

    /// @inheritdoc ISLAOracle
    function unbond() external {
        Reporter storage reporter = _reporters[msg.sender];
        if (reporter.bond == 0) revert Errors.NothingBonded();
        if (reporter.withdrawableAt != 0) revert Errors.AlreadyUnbonding();
        reporter.withdrawableAt = uint32(block.timestamp) + UNBOND_SECONDS;
        emit Events.BondLeaving(msg.sender, reporter.withdrawableAt);
    }

    /// @inheritdoc ISLAOracle
    function withdrawBond(address to) external nonReentrant {
        Reporter storage reporter = _reporters[msg.sender];
        uint256 amount = reporter.bond;
        if (amount == 0) revert Errors.NothingBonded();
        uint256 withdrawableAt = reporter.withdrawableAt;
        if (withdrawableAt == 0 || block.timestamp < withdrawableAt) revert Errors.NotDue(withdrawableAt);
        (reporter.bond, reporter.withdrawableAt) = (0, 0);
        emit Events.BondWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc ISLAOracle
    function withdrawCredit(address to) external nonReentrant {
        uint256 amount = _credits[msg.sender];
        if (amount == 0) revert Errors.ZeroAmount();
        _credits[msg.sender] = 0;
        emit Events.OracleCreditWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
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
    function scoreOf(address edge, uint32 epoch) public view returns (Score memory) {
        return _scores[edge].get(epoch);
    }

    /// @inheritdoc ISLAOracle
    function reportOf(address reporter, address edge, uint32 epoch)
        external
        view
        returns (bool exists, Report memory report)
    {
        Reporter memory known = _reporters[reporter];
        if (!_reportsIn(known, epoch)) return (false, report);
        (bool there, uint256 latency, uint256 vmaf, uint256 uptime) = _reports[edge].get(epoch, known.place);
        if (there) (exists, report) = (true, Report(edge, epoch, uint32(latency), uint16(vmaf), uint16(uptime)));
    }

    /// @inheritdoc ISLAOracle
    function reporterOf(address reporter) external view returns (Reporter memory) {
        return _reporters[reporter];
    }

    /// @inheritdoc ISLAOracle
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc ISLAOracle
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / EPOCH_SECONDS);
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

    /// @inheritdoc ISLAOracle
    function hashReport(Report calldata report) public view returns (bytes32) {
        return _hashTypedData(ReportHash.structHash(report));
    }

    /// @inheritdoc ISLAOracle
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /* INTERNAL: REPORTS */

    function _submit(SignedReport calldata signed) private returns (ReportOutcome) {
        Report calldata report = signed.report;
        uint256 closesAt = _closesAt(report.epoch);
        if (block.timestamp >= closesAt || block.timestamp < closesAt - REPORT_SECONDS) {
            return ReportOutcome.OutsideWindow;
        }
        if (report.vmafCenti > BPS || report.uptimeBps > BPS) return ReportOutcome.OutOfRange;
        address signer = Signatures.recoverCompact(hashReport(report), signed.r, signed.vs);
        if (signer == address(0)) return ReportOutcome.BadSignature;
        Reporter memory reporter = _reporters[signer];
        if (!_reportsIn(reporter, report.epoch)) return ReportOutcome.NotReporter;
        if (reporter.bond == 0 || reporter.withdrawableAt != 0) return ReportOutcome.NotBonded;
        if (!_reports[report.edge].put(report, reporter.place)) return ReportOutcome.Duplicate;
        emit Events.Reported(report.edge, report.epoch, signer, report.latencyMs, report.vmafCenti, report.uptimeBps);
        return ReportOutcome.Accepted;
    }

    /// @dev Strikes whoever is far from the median, if more than half agree with it: where reports scatter, nobody is known to be wrong.
    function _strikeOutliers(
        address edge,
        uint32 epoch,
        Reports.Table memory table,
        uint256 latency,
        uint256 vmaf,
        uint256 uptime
    ) private {
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

    /// @dev When the last report of an epoch is taken.
    function _closesAt(uint256 epoch) private view returns (uint256) {
        return (epoch + 1) * EPOCH_SECONDS + REPORT_SECONDS;
    }

    /* INTERNAL: REPORTERS */

    function _reportsIn(Reporter memory reporter, uint32 epoch) private pure returns (bool) {
        return reporter.from <= epoch && epoch < reporter.until;
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

    /// @dev Frees the place of a named reporter; the caller writes `reporter` back.
    function _leave(Reporter memory reporter, uint32 until) private {
        delete _places[reporter.place];
        --reporterCount;
        reporter.until = until;
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

    function _checkShare(Measure memory measure) private pure {
        if (measure.full > BPS || measure.full <= measure.zero || measure.tolerance == 0) revert Errors.BadConfig();
    }

    /* INTERNAL: MONEY */

    function _pay(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        if (!USDC.transfer(to, amount)) revert Errors.TransferFailed();
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast SLAOracle", "1");
    }
}
