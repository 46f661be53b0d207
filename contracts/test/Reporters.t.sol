// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SLAOracle} from "../src/SLAOracle.sol";
import {OracleConfig, Report, Reporter, ReportOutcome, Score, SignedReport} from "../src/interfaces/ISLAOracle.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";

/// @notice The oracle's reporters: strikes, equivocation, bonds and who names them.
contract ReportersTest is RewardsFixture {
    uint32 private epoch;

    function setUp() public override {
        super.setUp();
        epoch = _now();
        _toReports(epoch);
    }

    function _finalise() private returns (Score memory) {
        _toEntry(epoch);
        return oracle.finalise(relay, epoch);
    }

    function _report(uint256 i, uint32 latency, uint16 vmaf, uint16 uptime) private {
        Report memory report = Report(relay, epoch, latency, vmaf, uptime);
        assertEq(_submit(_signReport(REPORTER_KEY + i, report)), ReportOutcome.Accepted);
    }

    /* STRIKES */

    function _outlierEpoch(uint256 who) private {
        for (uint256 i; i < REPORTERS; ++i) {
            if (i != who) _report(i, 200, 9000, 10_000);
        }
        _report(who, 301, 9000, 10_000);
        _finalise();
        _toReports(++epoch);
    }

    function test_a_report_beyond_tolerance_is_a_strike_and_costs_nothing() public {
        _report(0, 200, 9000, 10_000);
        _report(1, 300, 8500, 9800);
        _report(2, 200, 9000, 10_000);
        _report(3, 301, 9000, 10_000);
        _report(4, 200, 9000, 10_000);
        _toEntry(epoch);
        vm.expectEmit(address(oracle));
        emit Events.Struck(_reporter(3), epoch, relay, 1);
        oracle.finalise(relay, epoch);
        Reporter memory struck = oracle.reporterOf(_reporter(3));
        assertEq(struck.strikes, 1);
        assertEq(struck.lastStrike, epoch);
        assertEq(struck.bond, BOND);
        assertEq(oracle.reporterOf(_reporter(1)).strikes, 0, "at the tolerance is within it");
    }

    function test_each_measure_strikes_by_itself() public {
        _report(0, 200, 9000, 10_000);
        _report(1, 200, 9000, 10_000);
        _report(2, 200, 9000, 10_000);
        _report(3, 200, 8499, 10_000);
        _report(4, 200, 9000, 9799);
        _finalise();
        assertEq(oracle.reporterOf(_reporter(3)).strikes, 1);
        assertEq(oracle.reporterOf(_reporter(4)).strikes, 1);
    }

    function test_one_strike_an_epoch_however_many_edges() public {
        for (uint160 edge = 1; edge < 4; ++edge) {
            _submit(_good(address(edge), epoch), 4);
            assertEq(_submit(_signReport(REPORTER_KEY + 4, _awful(address(edge), epoch))), ReportOutcome.Accepted);
        }
        _toEntry(epoch);
        for (uint160 edge = 1; edge < 4; ++edge) {
            oracle.finalise(address(edge), epoch);
        }
        assertEq(oracle.reporterOf(_reporter(4)).strikes, 1);
    }

    function test_where_reports_scatter_nobody_is_struck() public {
        _report(0, 100, 9000, 10_000);
        _report(1, 300, 9000, 10_000);
        _report(2, 500, 9000, 10_000);
        _finalise();
        for (uint256 i; i < 3; ++i) {
            assertEq(oracle.reporterOf(_reporter(i)).strikes, 0);
        }
    }

    function test_strikes_suspend_until_governance_names_the_reporter_again() public {
        _outlierEpoch(4);
        _outlierEpoch(4);
        assertEq(oracle.reporterCount(), 5);
        _outlierEpoch(4);
        assertEq(oracle.reporterCount(), 4);
        Report memory report = _good(relay, epoch);
        assertEq(_submit(_signReport(REPORTER_KEY + 4, report)), ReportOutcome.NotReporter);
        assertEq(oracle.reporterOf(_reporter(4)).bond, BOND, "strikes never cost money");
        vm.prank(address(timelock));
        oracle.nameReporter(_reporter(4));
        _toReports(oracle.currentEpoch());
        epoch = oracle.currentEpoch() - 1;
        assertEq(_submit(_signReport(REPORTER_KEY + 4, _good(relay, epoch))), ReportOutcome.NotReporter);
        _toReports(++epoch);
        assertEq(_submit(_signReport(REPORTER_KEY + 4, _good(relay, epoch))), ReportOutcome.Accepted);
        assertEq(oracle.reporterOf(_reporter(4)).strikes, 0);
    }

    function test_strikes_of_another_span_are_forgiven() public {
        _outlierEpoch(4);
        _outlierEpoch(4);
        epoch = (epoch / 30 + 1) * 30;
        _toReports(epoch);
        _outlierEpoch(4);
        assertEq(oracle.reporterOf(_reporter(4)).strikes, 1);
        assertEq(oracle.reporterCount(), 5);
    }

    function test_suspensions_never_leave_fewer_than_the_quorum() public {
        for (uint256 who = 4; who != 1; --who) {
            for (uint256 i; i < 3; ++i) {
                for (uint256 k; k < who; ++k) {
                    _report(k, 200, 9000, 10_000);
                }
                _report(who, 900, 9000, 10_000);
                _finalise();
                _toReports(++epoch);
            }
        }
        assertEq(oracle.reporterOf(_reporter(2)).strikes, 3);
        assertEq(oracle.reporterCount(), 3, "the last of the quorum stays");
        _submit(_good(relay, epoch), 3);
        assertEq(_finalise().scoreBps, 10_000);
    }

    /* EQUIVOCATION */

    function test_two_reports_of_one_edge_and_epoch_cost_the_bond() public {
        _submit(_good(relay, epoch), 3);
        vm.expectEmit(address(oracle));
        emit Events.Equivocated(_reporter(1), relay, epoch, keeper, BOND, BOND / 2, true);
        _proveAs(1);
        assertEq(oracle.creditOf(keeper), BOND / 2);
        assertEq(oracle.creditOf(treasury), BOND / 2);
        Reporter memory reporter = oracle.reporterOf(_reporter(1));
        assertEq(reporter.bond, 0);
        assertTrue(reporter.retired);
        assertEq(oracle.reporterCount(), 4);
        // The report is void: two are left, and they are no quorum.
        assertFalse(_finalise().isScored);
    }

    function _proveAs(uint256 who) private {
        // Signing calls the oracle; only the proof itself may use the prank.
        (SignedReport memory one, SignedReport memory other) = _pair(who);
        vm.prank(keeper);
        oracle.proveEquivocation(one, other);
    }

    function _pair(uint256 who) private view returns (SignedReport memory, SignedReport memory) {
        return
            (
                _signReport(REPORTER_KEY + who, _good(relay, epoch)),
                _signReport(REPORTER_KEY + who, _awful(relay, epoch))
            );
    }

    function test_prover_and_treasury_withdraw_their_shares() public {
        _proveAs(0);
        vm.prank(keeper);
        oracle.withdrawCredit(keeper);
        vm.prank(treasury);
        oracle.withdrawCredit(treasury);
        assertEq(usdc.balanceOf(keeper), BOND / 2);
        assertEq(usdc.balanceOf(treasury), BOND / 2);
        assertEq(usdc.balanceOf(address(oracle)), 4 * uint256(BOND));
        vm.expectRevert(Errors.ZeroAmount.selector);
        vm.prank(keeper);
        oracle.withdrawCredit(keeper);
    }

    function test_frozen_treasury_does_not_stop_a_proof() public {
        vm.prank(address(0xB1));
        usdc.blacklist(treasury);
        _proveAs(0);
        assertEq(oracle.creditOf(treasury), BOND / 2);
    }

    function test_a_proof_takes_a_bond_once_and_its_reporter_never_returns() public {
        (SignedReport memory one, SignedReport memory other) = _pair(0);
        oracle.proveEquivocation(one, other);
        vm.expectRevert(Errors.ReporterRetired.selector);
        oracle.proveEquivocation(other, one);
        vm.expectRevert(Errors.ReporterRetired.selector);
        vm.prank(address(timelock));
        oracle.nameReporter(_reporter(0));
        vm.expectRevert(Errors.ReporterRetired.selector);
        vm.prank(_reporter(0));
        oracle.bond();
        assertEq(_submit(one), ReportOutcome.NotReporter);
    }

    function test_what_is_no_equivocation_takes_nothing() public {
        (SignedReport memory one,) = _pair(0);
        SignedReport memory foreign = _signReport(REPORTER_KEY + 1, _awful(relay, epoch));
        SignedReport memory later = _signReport(REPORTER_KEY, _awful(relay, epoch + 1));
        SignedReport memory elsewhere = _signReport(REPORTER_KEY, _awful(keeper, epoch));
        vm.expectRevert(Errors.NoEquivocation.selector);
        oracle.proveEquivocation(one, one);
        vm.expectRevert(Errors.NoEquivocation.selector);
        oracle.proveEquivocation(one, later);
        vm.expectRevert(Errors.NoEquivocation.selector);
        oracle.proveEquivocation(one, elsewhere);
        vm.expectRevert(Errors.BadSignature.selector);
        oracle.proveEquivocation(one, foreign);
        (SignedReport memory mine, SignedReport memory mine2) =
            (_signReport(aliceKey, _good(relay, epoch)), _signReport(aliceKey, _awful(relay, epoch)));
        vm.expectRevert(Errors.NotReporter.selector);
        oracle.proveEquivocation(mine, mine2);
        (mine.r, mine2.r) = (0, 0);
        vm.expectRevert(Errors.BadSignature.selector);
        oracle.proveEquivocation(mine, mine2);
        assertEq(oracle.creditOf(treasury), 0);
    }

    function test_a_final_score_outlives_a_proof() public {
        _submit(_good(relay, epoch), 3);
        Score memory score = _finalise();
        _proveAs(1);
        assertEq(abi.encode(oracle.finalise(relay, epoch)), abi.encode(score));
    }

    function test_a_leaving_bond_and_a_removed_reporters_stay_slashable() public {
        vm.prank(_reporter(0));
        oracle.unbond();
        vm.warp(vm.getBlockTimestamp() + 7 * uint256(DAY) - 1);
        _proveAs(0);
        assertEq(oracle.creditOf(keeper), BOND / 2);
        vm.prank(address(timelock));
        oracle.removeReporter(_reporter(1));
        vm.warp(vm.getBlockTimestamp() + 3 * uint256(DAY));
        _proveAs(1);
        assertEq(oracle.creditOf(keeper), BOND);
        assertEq(oracle.reporterCount(), 3, "a removed reporter is not removed again");
    }

    function test_a_reporter_without_a_bond_is_still_removed_by_a_proof() public {
        vm.startPrank(_reporter(0));
        oracle.unbond();
        vm.warp(vm.getBlockTimestamp() + 7 * uint256(DAY));
        oracle.withdrawBond(alice);
        vm.stopPrank();
        _proveAs(0);
        assertEq(oracle.creditOf(keeper), 0);
        assertEq(oracle.reporterCount(), 4);
    }

    /* BONDS */

    function test_bond_leaves_after_the_delay() public {
        vm.startPrank(_reporter(0));
        vm.expectRevert(Errors.AlreadyBonded.selector);
        oracle.bond();
        vm.expectRevert(abi.encodeWithSelector(Errors.NotDue.selector, 0));
        oracle.withdrawBond(alice);
        oracle.unbond();
        vm.expectRevert(Errors.AlreadyUnbonding.selector);
        oracle.unbond();
        uint256 due = vm.getBlockTimestamp() + 7 * uint256(DAY);
        vm.warp(due - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotDue.selector, due));
        oracle.withdrawBond(alice);
        vm.warp(due);
        vm.expectRevert(Errors.BadRecipient.selector);
        oracle.withdrawBond(address(oracle));
        uint256 before = usdc.balanceOf(alice);
        oracle.withdrawBond(alice);
        assertEq(usdc.balanceOf(alice) - before, BOND);
        vm.expectRevert(Errors.NothingBonded.selector);
        oracle.withdrawBond(alice);
        vm.expectRevert(Errors.NothingBonded.selector);
        oracle.unbond();
        vm.stopPrank();
    }

    /* ONLY GOVERNANCE */

    function test_only_governance_changes_reporters() public {
        vm.expectRevert(Errors.NotGovernance.selector);
        oracle.nameReporter(keeper);
        vm.expectRevert(Errors.NotGovernance.selector);
        vm.prank(address(governor));
        oracle.removeReporter(_reporter(0));
    }

    function test_reporters_change_once_an_epoch_and_from_the_next_on() public {
        uint32 current = oracle.currentEpoch();
        vm.startPrank(address(timelock));
        oracle.removeReporter(_reporter(4));
        vm.expectRevert(Errors.OneChangePerEpoch.selector);
        oracle.nameReporter(keeper);
        vm.expectRevert(Errors.OneChangePerEpoch.selector);
        oracle.removeReporter(_reporter(3));
        vm.stopPrank();
        // The epochs that ended and the one that runs keep their reporters.
        assertEq(_submit(_signReport(REPORTER_KEY + 4, _good(relay, epoch))), ReportOutcome.Accepted);
        _toReports(current);
        assertEq(_submit(_signReport(REPORTER_KEY + 4, _good(relay, current))), ReportOutcome.Accepted);
        vm.prank(address(timelock));
        oracle.nameReporter(vm.addr(REPORTER_KEY + 5));
        _bond(vm.addr(REPORTER_KEY + 5));
        assertEq(_submit(_signReport(REPORTER_KEY + 5, _good(relay, current))), ReportOutcome.NotReporter);
        _submit(_good(relay, current), 4);
        _toReports(current + 1);
        assertEq(_submit(_signReport(REPORTER_KEY + 4, _good(relay, current + 1))), ReportOutcome.NotReporter);
        assertEq(_submit(_signReport(REPORTER_KEY + 5, _good(relay, current + 1))), ReportOutcome.NotReporter);
        _toReports(current + 2);
        assertEq(_submit(_signReport(REPORTER_KEY + 5, _good(relay, current + 2))), ReportOutcome.Accepted);
    }

    function test_reporters_stay_within_bounds() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(Errors.ReporterCount.selector, 3, 5));
        oracle.nameReporter(keeper);
        vm.expectRevert(Errors.NotReporter.selector);
        oracle.removeReporter(keeper);
        for (uint256 i; i < 2; ++i) {
            oracle.removeReporter(_reporter(i));
            vm.warp(vm.getBlockTimestamp() + DAY);
        }
        vm.expectRevert(abi.encodeWithSelector(Errors.ReporterCount.selector, 3, 5));
        oracle.removeReporter(_reporter(2));
        vm.expectRevert(Errors.AlreadyReporter.selector);
        oracle.nameReporter(_reporter(2));
        vm.expectRevert(Errors.ZeroAddress.selector);
        oracle.nameReporter(address(0));
        vm.stopPrank();
    }

    function test_fifteen_reporters_fit_and_their_reports_do_not_meet() public {
        OracleConfig memory config = _oracleConfig();
        (config.quorum, config.reporters) = (8, new address[](15));
        for (uint256 i; i < 15; ++i) {
            config.reporters[i] = _reporter(i);
        }
        oracle = new SLAOracle(config);
        for (uint256 i; i < 15; ++i) {
            _bond(_reporter(i));
        }
        epoch = oracle.currentEpoch();
        _toReports(epoch);
        for (uint256 i; i < 15; ++i) {
            _report(14 - i, uint32(1000 * i), uint16(100 * i), uint16(50 * i));
        }
        for (uint256 i; i < 15; ++i) {
            (bool exists, Report memory kept) = oracle.reportOf(_reporter(14 - i), relay, epoch);
            assertTrue(exists);
            assertEq(abi.encode(kept), abi.encode(relay, epoch, 1000 * i, 100 * i, 50 * i));
        }
        _toEntry(epoch);
        vm.expectEmit(address(oracle));
        emit Events.Finalised(relay, epoch, true, 15, 0, 7000, 700, 350);
        oracle.finalise(relay, epoch);
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(Errors.ReporterCount.selector, 8, 15));
        oracle.nameReporter(keeper);
        vm.stopPrank();
    }
}
