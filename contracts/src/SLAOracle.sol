// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "solady/utils/EIP712.sol";
import {
    ISLAOracle,
    OracleConfig,
    Report,
    Reporter,
    ReportOutcome,
    Score,
    SignedReport
} from "./interfaces/ISLAOracle.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {ReportHash} from "./libraries/ReportHash.sol";
import {Reports} from "./libraries/Reports.sol";
import {Scores} from "./libraries/Scores.sol";
import {ServiceLevel} from "./libraries/ServiceLevel.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Payouts} from "./money/Payouts.sol";
import {Bonds} from "./oracle/Bonds.sol";
import {Measures} from "./oracle/Measures.sol";
import {Reporters} from "./oracle/Reporters.sol";
import {Strikes} from "./oracle/Strikes.sol";

/// @title SLAOracle
/// @notice Scores edges by the median of bonded reporters. That more than half of them are honest is trusted, not proven: what the others could do at
/// worst is to misdirect an epoch's rewards. The only money here are reporters' bonds, which a proof of equivocation takes and nothing else.
contract SLAOracle is Strikes, Bonds, EIP712 {
    using Reports for mapping(uint256 => uint256);
    using Scores for mapping(uint256 => uint256);
    using ServiceLevel for uint256[];

    uint256 private constant BPS = 10_000;

    /* IMMUTABLES */

    uint32 public immutable REPORT_SECONDS;

    /* STORAGE */

    mapping(address edge => mapping(uint256 key => uint256 word)) private _reports;
    mapping(address edge => mapping(uint256 key => uint256 word)) private _scores;

    /* CONSTRUCTOR */

    constructor(OracleConfig memory config)
        Payouts(config.usdc)
        Measures(config)
        Reporters(config)
        Strikes(config)
        Bonds(config)
    {
        if (config.reportSeconds == 0 || config.reportSeconds >= config.epochSeconds) {
            revert Errors.BadConfig();
        }
        REPORT_SECONDS = config.reportSeconds;
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

    /* EQUIVOCATION */

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
        uint256 share = _divideBond(reporter.bond);
        if (reporter.until == NAMED) _leave(reporter, 0);
        emit Events.Equivocated(signer, one.edge, one.epoch, msg.sender, reporter.bond, share, voided);
        (reporter.bond, reporter.withdrawableAt, reporter.until, reporter.retired) = (0, 0, 0, true);
        _reporters[signer] = reporter;
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
    function hashReport(Report calldata report) public view returns (bytes32) {
        return _hashTypedData(ReportHash.structHash(report));
    }

    /// @inheritdoc ISLAOracle
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /* INTERNAL */

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

    /// @dev When the last report of an epoch is taken.
    function _closesAt(uint256 epoch) private view returns (uint256) {
        return (epoch + 1) * EPOCH_SECONDS + REPORT_SECONDS;
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast SLAOracle", "1");
    }
}
