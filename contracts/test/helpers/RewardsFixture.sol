// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {EdgeReward} from "../../src/EdgeReward.sol";
import {SLAOracle} from "../../src/SLAOracle.sol";
import {StreamGovernor} from "../../src/StreamGovernor.sol";
import {StreamToken} from "../../src/StreamToken.sol";
import {RewardConfig} from "../../src/interfaces/IEdgeReward.sol";
import {Measure, OracleConfig, Report, ReportOutcome, SignedReport} from "../../src/interfaces/ISLAOracle.sol";
import {GovernorConfig} from "../../src/interfaces/IStreamGovernor.sol";
import {Allocation} from "../../src/interfaces/IStreamToken.sol";
import {Ticket, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {Fixture} from "./Fixture.sol";
import {RoundFeed} from "./RoundFeed.sol";

/// @notice Token, timelock, oracle with five bonded reporters, rewards and governor beside the broker; `relay` is an edge of alice.
abstract contract RewardsFixture is Fixture {
    uint256 internal constant REPORTER_KEY = 0x5150;
    uint256 internal constant REPORTERS = 5;
    uint32 internal constant REPORT = 6 * 3600;
    uint32 internal constant ENTRY = 6 * 3600;
    uint96 internal constant BOND = 500e6;
    uint64 internal constant BUDGET = 10e6;
    /// @dev $0.05 a STREAM, in micro-USDC and in the feed's 8 decimals.
    uint64 internal constant PRICE = 50_000;
    int256 internal constant ANSWER = 5_000_000;

    StreamToken internal stream20;
    TimelockController internal timelock;
    SLAOracle internal oracle;
    EdgeReward internal rewards;
    StreamGovernor internal governor;
    RoundFeed internal feed;

    address internal holder = makeAddr("holder");
    address internal foundation = makeAddr("foundation");
    uint32 private _nextIndex;

    function setUp() public virtual override {
        super.setUp();
        feed = new RoundFeed(8, 0);
        feed.set(ANSWER, block.timestamp);
        stream20 = new StreamToken(_allocations());
        // Timelock, oracle and rewards come before the governor, which the timelock names.
        address voter = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        address[] memory proposers = new address[](1);
        proposers[0] = voter;
        timelock = new TimelockController(2 * DAY, proposers, new address[](1), address(0));
        oracle = new SLAOracle(_oracleConfig());
        rewards = new EdgeReward(_rewardConfig());
        governor = new StreamGovernor(_governorConfig());
        for (uint256 i; i < REPORTERS; ++i) {
            _bond(_reporter(i));
        }
        _registerEdge(alice, relayKey);
        _fund(alice, viewerKey, 40e6);
    }

    /* PARAMETERS */

    function _allocations() internal view returns (Allocation[] memory list) {
        list = new Allocation[](2);
        list[0] = Allocation(holder, 400_000_000e18);
        list[1] = Allocation(foundation, 600_000_000e18);
    }

    function _oracleConfig() internal view returns (OracleConfig memory config) {
        config.usdc = address(usdc);
        config.governance = address(timelock);
        config.treasury = treasury;
        config.reporters = new address[](REPORTERS);
        for (uint256 i; i < REPORTERS; ++i) {
            config.reporters[i] = _reporter(i);
        }
        config.quorum = 3;
        (config.epochSeconds, config.reportSeconds) = (DAY, REPORT);
        (config.bond, config.unbondSeconds, config.proverBps) = (BOND, 7 * DAY, 5000);
        (config.maxStrikes, config.strikeEpochs) = (3, 30);
        config.latency = Measure(200, 500, 100);
        config.vmaf = Measure(9000, 7000, 500);
        config.uptime = Measure(9950, 9500, 200);
    }

    function _rewardConfig() internal view returns (RewardConfig memory config) {
        (config.usdc, config.stream) = (address(usdc), address(stream20));
        (config.ticketBroker, config.relayStaking) = (address(broker), address(staking));
        (config.oracle, config.governance, config.priceFeed) = (address(oracle), address(timelock), address(feed));
        (config.minEdgeStake, config.entrySeconds) = (100e6, ENTRY);
        (config.maxSubsidyBudget, config.subsidyBudget, config.subsidyCapBps) = (100e6, BUDGET, 2000);
        (config.maxPenaltyBps, config.penaltyBps, config.penaltyBelowBps) = (1000, 1000, 5000);
        (config.minStreamPrice, config.maxStreamPrice, config.streamPrice) = (1000, 10e6, PRICE);
        (config.maxDeviationBps, config.feedMaxAge) = (1000, DAY + 3600);
    }

    function _governorConfig() internal view returns (GovernorConfig memory) {
        return GovernorConfig(
            address(stream20),
            payable(address(timelock)),
            address(rewards),
            address(oracle),
            1 * DAY,
            5 * DAY,
            1_000_000e18,
            4
        );
    }

    /* TIME */

    function _now() internal view returns (uint32) {
        return rewards.currentEpoch();
    }

    /// @dev The first second after the end of `epoch`: its report window.
    function _toReports(uint32 epoch) internal {
        vm.warp((uint256(epoch) + 1) * DAY);
    }

    function _toEntry(uint32 epoch) internal {
        vm.warp((uint256(epoch) + 1) * DAY + REPORT);
    }

    function _toSettling(uint32 epoch) internal {
        vm.warp((uint256(epoch) + 1) * DAY + REPORT + ENTRY);
    }

    /* REPORTERS */

    function _reporter(uint256 i) internal pure returns (address) {
        return vm.addr(REPORTER_KEY + i);
    }

    function _bond(address reporter) internal {
        _give(reporter, BOND);
        vm.startPrank(reporter);
        usdc.approve(address(oracle), BOND);
        oracle.bond();
        vm.stopPrank();
    }

    function _signReport(uint256 key, Report memory report) internal view returns (SignedReport memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, oracle.hashReport(report));
        return SignedReport(report, r, vs);
    }

    function _good(address edge, uint32 epoch) internal pure returns (Report memory) {
        return Report(edge, epoch, 150, 9500, 10_000);
    }

    function _awful(address edge, uint32 epoch) internal pure returns (Report memory) {
        return Report(edge, epoch, 900, 2000, 1000);
    }

    /// @dev The same report of reporters `first` to `first + count - 1`.
    function _signed(Report memory report, uint256 first, uint256 count)
        internal
        view
        returns (SignedReport[] memory list)
    {
        list = new SignedReport[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = _signReport(REPORTER_KEY + first + i, report);
        }
    }

    function _submit(SignedReport memory signed) internal returns (ReportOutcome) {
        SignedReport[] memory list = new SignedReport[](1);
        list[0] = signed;
        return ReportOutcome(uint8(oracle.submit(list)[0]));
    }

    function _submit(Report memory report, uint256 count) internal {
        bytes memory outcomes = oracle.submit(_signed(report, 0, count));
        for (uint256 i; i < count; ++i) {
            assertEq(uint8(outcomes[i]), uint8(ReportOutcome.Accepted), "accepted");
        }
    }

    function assertEq(ReportOutcome left, ReportOutcome right) internal pure {
        assertEq(uint8(left), uint8(right), "outcome");
    }

    /* EDGES */

    function _registerEdge(address owner, uint256 key) internal {
        address node = vm.addr(key);
        _give(owner, 100e6);
        bytes memory proof = _sign(key, staking.registrationDigest(node, owner));
        vm.startPrank(owner);
        usdc.approve(address(staking), 100e6);
        staking.register(node, keccak256("endpoints"), 10_000, 100e6, proof);
        vm.stopPrank();
    }

    function _list(address edge) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = edge;
    }

    /// @dev The viewer pays `relay` `count` winning tickets: 2,500 micro-USDC of fees each.
    function _earn(uint32 count) internal {
        broker.redeem(_batch(_nextIndex, count));
        _nextIndex += count;
    }

    function _note() internal {
        rewards.note(_list(relay));
    }

    function _fundPot(uint256 amount) internal {
        _give(foundation, amount);
        vm.startPrank(foundation);
        usdc.approve(address(rewards), amount);
        rewards.fund(amount);
        vm.stopPrank();
    }

    /// @dev Lets the running epoch bring `tickets` and end with `report` by three reporters, entered and settled.
    function _epoch(uint32 tickets, Report memory report) internal {
        uint32 epoch = _now();
        if (tickets != 0) _earn(tickets);
        _note();
        _toReports(epoch);
        report.epoch = epoch;
        _submit(report, 3);
        _toEntry(epoch);
        rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        rewards.settle(relay, 1);
    }
}
