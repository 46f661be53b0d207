// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Constructor arguments of the SLAOracle.
/// @param governance the timelock, which alone names and removes reporters
/// @param treasury gets the rest of a slashed bond
/// @param reporters the first reporters, three to fifteen different addresses, fewer than twice the quorum
/// @param quorum how many reports a score needs, at least 2 and more than half of the reporters
/// @param epochSeconds length of an epoch
/// @param reportSeconds how long reports of an epoch are taken after its end, less than an epoch
/// @param bond what a reporter puts down, in micro-USDC
/// @param unbondSeconds how long a leaving bond stays and can be slashed, at least two epochs
/// @param proverBps the prover's share of a slashed bond, at most 5,000
/// @param maxStrikes strikes in one span that suspend a reporter, 1 to 255
/// @param strikeEpochs epochs of a span, after which strikes are forgiven
/// @param latency score full up to `full` ms and zero from `zero` ms on, `full < zero`; `tolerance` in ms
/// @param vmaf score full from `full` hundredths of a VMAF point on and zero up to `zero`, `zero < full <= 10,000`
/// @param uptime score full from `full` basis points on and zero up to `zero`, `zero < full <= 10,000`
struct OracleConfig {
    address usdc;
    address governance;
    address treasury;
    address[] reporters;
    uint8 quorum;
    uint32 epochSeconds;
    uint32 reportSeconds;
    uint96 bond;
    uint32 unbondSeconds;
    uint16 proverBps;
    uint8 maxStrikes;
    uint32 strikeEpochs;
    Measure latency;
    Measure vmaf;
    Measure uptime;
}

/// @notice How one measure becomes a score, and how far from the median a report may lie (not zero).
struct Measure {
    uint32 full;
    uint32 zero;
    uint32 tolerance;
}

/// @notice What one reporter measured of one edge in one epoch.
/// @param latencyMs median glass-to-glass latency
/// @param vmafCenti mean VMAF in hundredths, 0 to 10,000
/// @param uptimeBps share of probes that were served, 0 to 10,000
struct Report {
    address edge;
    uint32 epoch;
    uint32 latencyMs;
    uint16 vmafCenti;
    uint16 uptimeBps;
}

/// @notice A report with its EIP-2098 signature: `vs = s | (v - 27) << 255`.
struct SignedReport {
    Report report;
    bytes32 r;
    bytes32 vs;
}

/// @notice What became of a report in `submit`. All but `Accepted` change nothing.
enum ReportOutcome {
    Accepted,
    OutsideWindow,
    OutOfRange,
    BadSignature,
    NotReporter,
    NotBonded,
    Duplicate
}

/// @notice An edge's service level in an epoch.
/// @param isFinal nothing can change it any more
/// @param isScored the quorum was reached; without it both figures are zero
struct Score {
    bool isFinal;
    bool isScored;
    uint16 scoreBps;
    uint16 uptimeBps;
}

/// @notice A reporter; one storage slot.
/// @param bond micro-USDC
/// @param withdrawableAt when a leaving bond may be withdrawn (Unix seconds); 0 when it stays
/// @param from first epoch of which it reports
/// @param until first epoch of which it no longer does; the greatest number while it is named
/// @param lastStrike the epoch of its last strike
/// @param strikes how many it has in the span of that epoch
/// @param place where its reports lie in an edge's words
/// @param retired it signed two reports of one edge and epoch, and is never named again
struct Reporter {
    uint96 bond;
    uint32 withdrawableAt;
    uint32 from;
    uint32 until;
    uint32 lastStrike;
    uint8 strikes;
    uint8 place;
    bool retired;
}

/// @title Service levels of edges by the median of bonded reporters. A score scales rewards between zero and all; it moves no money itself.
interface ISLAOracle {
    /// @notice Takes signed reports of epochs whose report window is open; never reverts because of a report. Anybody may send them, in any order.
    /// @return outcomes one `ReportOutcome` byte a report, in the order given
    function submit(SignedReport[] calldata reports) external returns (bytes memory outcomes);

    /// @notice Makes an edge's score of an epoch final when its report window is over, and says it again when it is final already. Anybody.
    function finalise(address edge, uint32 epoch) external returns (Score memory);

    /// @notice `finalise` of many edges.
    function finaliseAll(address[] calldata edges, uint32 epoch) external;

    /// @notice Slashes a reporter that signed two different reports of one edge and epoch. Anybody; the caller is credited with the prover's share.
    function proveEquivocation(SignedReport calldata first, SignedReport calldata second) external;

    /// @notice Puts down the caller's bond by allowance, or keeps a bond that was leaving.
    function bond() external;

    /// @notice Starts the delay after which the caller's bond may leave; its reports are refused from now on.
    function unbond() external;

    /// @notice Pays the caller's bond to `to` when the delay is over.
    function withdrawBond(address to) external;

    /// @notice Pays what the caller was credited with for proofs to `to`; for the treasury, its share of slashed bonds.
    function withdrawCredit(address to) external;

    /// @notice Names a reporter from the next epoch on, a suspended one too. Only governance; one change of reporters an epoch.
    function nameReporter(address reporter) external;

    /// @notice Removes a reporter from the next epoch on. Only governance; one change of reporters an epoch.
    function removeReporter(address reporter) external;

    /// @notice The score as far as it was made final by a call; all zero else.
    function scoreOf(address edge, uint32 epoch) external view returns (Score memory);

    /// @notice The report of `reporter` as long as it is not final.
    function reportOf(address reporter, address edge, uint32 epoch) external view returns (bool exists, Report memory);

    function reporterOf(address reporter) external view returns (Reporter memory);

    /// @notice Named reporters.
    function reporterCount() external view returns (uint256);

    function creditOf(address account) external view returns (uint256);

    function currentEpoch() external view returns (uint32);

    /// @notice The score in basis points that three measures give: the least of the three ramps.
    function rate(uint256 latencyMs, uint256 vmafCenti, uint256 uptimeBps) external view returns (uint256);

    /// @notice The EIP-712 digest of a report.
    function hashReport(Report calldata report) external view returns (bytes32);

    /// @notice The EIP-712 domain separator.
    function domainSeparator() external view returns (bytes32);

    /// @notice The timelock.
    function GOVERNANCE() external view returns (address);

    function EPOCH_SECONDS() external view returns (uint32);

    function REPORT_SECONDS() external view returns (uint32);
}
