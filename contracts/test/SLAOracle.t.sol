// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SLAOracle} from "../src/SLAOracle.sol";
import {Measure, OracleConfig, Report, ReportOutcome, Score, SignedReport} from "../src/interfaces/ISLAOracle.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {ReportHash} from "../src/libraries/ReportHash.sol";
import {Signatures} from "../src/libraries/Signatures.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";

/// @notice The cheat code that hashes typed data from its JSON form, an opinion on digests that shares no code with ours.
interface Eip712Vm {
    function eip712HashTypedData(string calldata json) external pure returns (bytes32);
}

contract SLAOracleTest is RewardsFixture {
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

    /* CONSTRUCTION */

    function test_bad_parameters_are_refused() public {
        OracleConfig memory good = _oracleConfig();
        for (uint256 i; i < 22; ++i) {
            OracleConfig memory bad = abi.decode(abi.encode(good), (OracleConfig));
            if (i == 0) bad.usdc = address(0);
            if (i == 1) bad.governance = address(0);
            if (i == 2) bad.treasury = address(0);
            if (i == 3) bad.reporters = new address[](2);
            if (i == 4) bad.reporters = new address[](16);
            if (i == 5) bad.quorum = 2;
            if (i == 6) bad.quorum = 6;
            if (i == 7) bad.epochSeconds = 0;
            if (i == 8) bad.reportSeconds = 0;
            if (i == 9) bad.reportSeconds = DAY;
            if (i == 10) bad.unbondSeconds = 2 * DAY - 1;
            if (i == 11) bad.bond = 0;
            if (i == 12) bad.proverBps = 5001;
            if (i == 13) bad.maxStrikes = 0;
            if (i == 14) bad.strikeEpochs = 0;
            if (i == 15) bad.latency = Measure(500, 500, 1);
            if (i == 16) bad.latency.tolerance = 0;
            if (i == 17) bad.vmaf = Measure(10_001, 7000, 1);
            if (i == 18) bad.vmaf = Measure(7000, 7000, 1);
            if (i == 19) bad.vmaf.tolerance = 0;
            if (i == 20) bad.uptime = Measure(9000, 9500, 1);
            if (i == 21) (bad.reporters, bad.quorum) = (new address[](3), 4);
            vm.expectRevert(Errors.BadConfig.selector);
            new SLAOracle(bad);
        }
    }

    function test_reporters_of_the_first_hour_must_be_different_accounts() public {
        OracleConfig memory config = _oracleConfig();
        config.reporters[1] = config.reporters[0];
        vm.expectRevert(Errors.AlreadyReporter.selector);
        new SLAOracle(config);
        config.reporters[1] = address(0);
        vm.expectRevert(Errors.ZeroAddress.selector);
        new SLAOracle(config);
    }

    /* SIGNATURES */

    function test_digest_is_that_of_the_typed_data_in_json() public {
        Report memory report = Report(relay, 20_000, 187, 9312, 9987);
        string memory types = string.concat(
            '"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},',
            '{"name":"verifyingContract","type":"address"}],"Report":[{"name":"edge","type":"address"},{"name":"epoch","type":"uint32"},',
            '{"name":"latencyMs","type":"uint32"},{"name":"vmafCenti","type":"uint16"},{"name":"uptimeBps","type":"uint16"}]}'
        );
        string memory domain = string.concat(
            '"domain":{"name":"ClusterCast SLAOracle","version":"1","chainId":',
            vm.toString(block.chainid),
            ',"verifyingContract":"',
            vm.toString(address(oracle)),
            '"}'
        );
        string memory message = string.concat(
            '"message":{"edge":"',
            vm.toString(relay),
            '","epoch":20000,"latencyMs":187,"vmafCenti":9312,"uptimeBps":9987}'
        );
        string memory json = string.concat("{", types, ',"primaryType":"Report",', domain, ",", message, "}");
        assertEq(oracle.hashReport(report), Eip712Vm(address(vm)).eip712HashTypedData(json));
    }

    function test_digest_binds_chain_and_contract() public {
        Report memory report = _good(relay, epoch);
        bytes32 here = oracle.hashReport(report);
        SLAOracle other = new SLAOracle(_oracleConfig());
        assertNotEq(other.hashReport(report), here);
        assertNotEq(other.domainSeparator(), oracle.domainSeparator());
        vm.chainId(4242);
        assertNotEq(oracle.hashReport(report), here);
    }

    function test_type_hash_is_that_of_the_specification() public pure {
        bytes memory encodeType = "Report(address edge,uint32 epoch,uint32 latencyMs,uint16 vmafCenti,uint16 uptimeBps)";
        assertEq(ReportHash.TYPE_HASH, keccak256(encodeType));
    }

    /* SUBMISSION */

    function test_anybody_submits_and_the_report_is_kept() public {
        Report memory report = Report(relay, epoch, 187, 9312, 9987);
        SignedReport memory signed = _signReport(REPORTER_KEY, report);
        vm.expectEmit(address(oracle));
        emit Events.Reported(relay, epoch, _reporter(0), 187, 9312, 9987);
        vm.prank(keeper);
        assertEq(_submit(signed), ReportOutcome.Accepted);
        (bool exists, Report memory kept) = oracle.reportOf(_reporter(0), relay, epoch);
        assertTrue(exists);
        assertEq(abi.encode(kept), abi.encode(report));
        (exists,) = oracle.reportOf(_reporter(1), relay, epoch);
        assertFalse(exists);
    }

    function testFuzz_every_report_in_range_is_kept_as_it_is(uint32 latency, uint16 vmaf, uint16 uptime, uint256 who)
        public
    {
        Report memory report =
            Report(relay, epoch, latency, uint16(bound(vmaf, 0, 10_000)), uint16(bound(uptime, 0, 10_000)));
        who = bound(who, 0, REPORTERS - 1);
        assertEq(_submit(_signReport(REPORTER_KEY + who, report)), ReportOutcome.Accepted);
        (bool exists, Report memory kept) = oracle.reportOf(_reporter(who), relay, epoch);
        assertTrue(exists);
        assertEq(abi.encode(kept), abi.encode(report));
        (exists,) = oracle.reportOf(_reporter((who + 1) % REPORTERS), relay, epoch);
        assertFalse(exists, "neighbours are untouched");
    }

    function test_reports_are_taken_from_the_end_of_the_epoch_for_the_report_window() public {
        SignedReport memory signed = _signReport(REPORTER_KEY, _good(relay, epoch));
        vm.warp((uint256(epoch) + 1) * DAY - 1);
        assertEq(_submit(signed), ReportOutcome.OutsideWindow);
        vm.warp((uint256(epoch) + 1) * DAY + REPORT);
        assertEq(_submit(signed), ReportOutcome.OutsideWindow);
        vm.warp((uint256(epoch) + 1) * DAY + REPORT - 1);
        assertEq(_submit(signed), ReportOutcome.Accepted);
    }

    function test_refused_reports_name_their_cause_and_leave_the_batch_alone() public {
        SignedReport[] memory list = new SignedReport[](6);
        list[0] = _signReport(REPORTER_KEY, Report(relay, epoch, 1, 10_001, 0));
        list[1] = _signReport(REPORTER_KEY, Report(relay, epoch, 1, 0, 10_001));
        list[2] = _signReport(aliceKey, _good(relay, epoch));
        list[3] = _signReport(REPORTER_KEY, _good(relay, epoch));
        list[3].r = bytes32(0);
        list[4] = _signReport(REPORTER_KEY, _good(relay, epoch));
        list[5] = _signReport(REPORTER_KEY, _awful(relay, epoch));
        assertEq(oracle.submit(list), hex"020204030006");
    }

    function test_signature_with_high_s_is_refused() public {
        Report memory report = _good(relay, epoch);
        (bytes32 r,) = vm.signCompact(REPORTER_KEY, oracle.hashReport(report));
        // The greatest low `s` recovers to somebody, the least high one to nobody.
        assertEq(_submit(SignedReport(report, r, bytes32(Signatures.HALF_ORDER))), ReportOutcome.NotReporter);
        assertEq(_submit(SignedReport(report, r, bytes32(Signatures.HALF_ORDER + 1))), ReportOutcome.BadSignature);
    }

    function test_a_batch_sent_before_by_somebody_else_does_not_revert() public {
        SignedReport[] memory list = _signed(_good(relay, epoch), 0, 3);
        assertEq(oracle.submit(list), hex"000000");
        assertEq(oracle.submit(list), hex"060606");
        assertEq(_finalise().scoreBps, 10_000);
    }

    function test_reporters_without_a_bond_or_with_a_leaving_one_are_refused() public {
        OracleConfig memory config = _oracleConfig();
        vm.prank(_reporter(0));
        oracle.unbond();
        assertEq(_submit(_signReport(REPORTER_KEY, _good(relay, epoch))), ReportOutcome.NotBonded);
        vm.prank(_reporter(0));
        oracle.bond();
        assertEq(_submit(_signReport(REPORTER_KEY, _good(relay, epoch))), ReportOutcome.Accepted);
        oracle = new SLAOracle(config);
        vm.warp((uint256(epoch) + 2) * DAY);
        Report memory report = _good(relay, epoch + 1);
        assertEq(_submit(_signReport(REPORTER_KEY, report)), ReportOutcome.NotBonded);
    }

    /* SCORES */

    function test_finalise_takes_the_median_of_each_measure() public {
        _report(0, 150, 9990, 10_000);
        _report(1, 260, 8000, 9980);
        _report(2, 320, 8800, 9960);
        _toEntry(epoch);
        vm.expectEmit(address(oracle));
        emit Events.Finalised(relay, epoch, true, 3, 8000, 260, 8800, 9980);
        Score memory score = oracle.finalise(relay, epoch);
        // Latency 260 of 200..500: (500 - 260) / 300.
        assertEq(score.scoreBps, 8000);
        assertEq(score.uptimeBps, 9980);
        assertTrue(score.isFinal && score.isScored);
        assertEq(abi.encode(oracle.scoreOf(relay, epoch)), abi.encode(score));
    }

    function test_even_number_of_reports_takes_the_mean_of_the_middle_two() public {
        _report(0, 100, 9000, 10_000);
        _report(1, 201, 9000, 10_000);
        _report(2, 300, 9000, 10_000);
        _report(3, 400, 9000, 10_000);
        _toEntry(epoch);
        vm.expectEmit(address(oracle));
        emit Events.Finalised(relay, epoch, true, 4, 8333, 250, 9000, 10_000);
        oracle.finalise(relay, epoch);
    }

    function test_score_is_the_least_of_three_ramps() public view {
        assertEq(oracle.rate(200, 9000, 9950), 10_000);
        assertEq(oracle.rate(0, 10_000, 10_000), 10_000);
        assertEq(oracle.rate(350, 9000, 9950), 5000);
        assertEq(oracle.rate(200, 8000, 9950), 5000);
        assertEq(oracle.rate(200, 9000, 9725), 5000);
        assertEq(oracle.rate(350, 7500, 9950), 2500);
        assertEq(oracle.rate(500, 9000, 9950), 0);
        assertEq(oracle.rate(200, 7000, 9950), 0);
        assertEq(oracle.rate(200, 9000, 9500), 0);
        assertEq(oracle.rate(type(uint32).max, 0, 0), 0);
    }

    function testFuzz_score_never_rises_when_a_measure_worsens(uint32 latency, uint16 vmaf, uint16 uptime, uint16 by)
        public
        view
    {
        (vmaf, uptime) = (uint16(bound(vmaf, 0, 10_000)), uint16(bound(uptime, 0, 10_000)));
        uint256 score = oracle.rate(latency, vmaf, uptime);
        assertLe(score, 10_000);
        assertLe(oracle.rate(uint256(latency) + by, vmaf, uptime), score);
        assertLe(oracle.rate(latency, vmaf < by ? 0 : vmaf - by, uptime), score);
        assertLe(oracle.rate(latency, vmaf, uptime < by ? 0 : uptime - by), score);
    }

    function test_without_quorum_there_is_no_score() public {
        _submit(_good(relay, epoch), 2);
        Score memory score = _finalise();
        assertTrue(score.isFinal);
        assertFalse(score.isScored);
        assertEq(score.scoreBps, 0);
        assertTrue(oracle.scoreOf(relay, epoch).isFinal);
    }

    function test_without_any_report_finalise_answers_and_keeps_nothing() public {
        Score memory score = _finalise();
        assertTrue(score.isFinal);
        assertFalse(score.isScored);
        assertFalse(oracle.scoreOf(relay, epoch).isFinal);
    }

    function test_nothing_is_final_while_the_window_is_open() public {
        _submit(_good(relay, epoch), 5);
        uint256 closesAt = (uint256(epoch) + 1) * DAY + REPORT;
        vm.expectRevert(abi.encodeWithSelector(Errors.WindowOpen.selector, closesAt));
        oracle.finalise(relay, epoch);
        vm.expectRevert(abi.encodeWithSelector(Errors.WindowOpen.selector, closesAt + 100 * uint256(DAY)));
        oracle.finalise(relay, epoch + 100);
    }

    function test_a_final_score_stays() public {
        _submit(_good(relay, epoch), 3);
        Score memory score = _finalise();
        vm.warp(vm.getBlockTimestamp() + 90 * uint256(DAY));
        assertEq(abi.encode(oracle.finalise(relay, epoch)), abi.encode(score));
        (bool exists,) = oracle.reportOf(_reporter(0), relay, epoch);
        assertFalse(exists, "reports are deleted when they have become a score");
    }

    function test_neighbouring_epochs_and_edges_keep_scores_of_their_own() public {
        _submit(_good(relay, epoch), 3);
        Report memory middling = Report(keeper, epoch, 350, 9500, 9990);
        _submit(middling, 3);
        _toEntry(epoch);
        address[] memory edges = new address[](2);
        (edges[0], edges[1]) = (relay, keeper);
        oracle.finaliseAll(edges, epoch);
        for (uint32 i = 1; i < 9; ++i) {
            _toReports(epoch + i);
            _submit(Report(relay, epoch + i, 200 + 30 * i, 9500, 10_000 - uint16(i)), 3);
            _toEntry(epoch + i);
            oracle.finalise(relay, epoch + i);
        }
        assertEq(oracle.scoreOf(relay, epoch).scoreBps, 10_000);
        assertEq(oracle.scoreOf(keeper, epoch).scoreBps, 5000);
        for (uint32 i = 1; i < 9; ++i) {
            assertEq(oracle.scoreOf(relay, epoch + i).scoreBps, 10_000 - 1000 * i);
            assertEq(oracle.scoreOf(relay, epoch + i).uptimeBps, 10_000 - i);
        }
    }

    function testFuzz_a_minority_cannot_move_the_median_beyond_the_honest(
        uint32[2] memory lies,
        uint32[3] memory honest
    ) public {
        uint256 least = type(uint256).max;
        uint256 most;
        for (uint256 i; i < 3; ++i) {
            honest[i] = uint32(bound(honest[i], 0, 1000));
            if (honest[i] < least) least = honest[i];
            if (honest[i] > most) most = honest[i];
            _report(i, honest[i], 10_000, 10_000);
        }
        _report(3, lies[0], 10_000, 10_000);
        _report(4, lies[1], 10_000, 10_000);
        uint256 score = _finalise().scoreBps;
        assertLe(score, oracle.rate(least, 10_000, 10_000));
        assertGe(score, oracle.rate(most, 10_000, 10_000));
    }
}
