// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Report, SignedReport} from "../../src/interfaces/ISLAOracle.sol";
import {RewardsFixture} from "../helpers/RewardsFixture.sol";

/// @notice Gas of whole transactions (intrinsic gas and calldata included) in steady state: the edge has been rewarded and paid before, and its word of
/// scores exists. What an epoch writes anew by design is included: its reports, its fees and its total of weights.
contract RewardsGasTest is RewardsFixture {
    uint32 private epoch;

    function setUp() public override {
        super.setUp();
        _note();
        _fundPot(1000e6);
        vm.startPrank(foundation);
        assertTrue(stream20.transfer(address(rewards), 1_000_000e18));
        assertTrue(stream20.transfer(alice, 1));
        vm.stopPrank();
        // Eight epochs share a word of scores: begin in the middle of one.
        vm.warp((uint256(_now()) / 8 + 1) * 8 * DAY);
        _epoch(10, _good(relay, 0));
        vm.prank(alice);
        rewards.claim(relay, alice);
        epoch = _now() + 1;
        vm.warp(uint256(epoch) * DAY);
        _earn(10);
    }

    function _record(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("rewards", name, gas);
    }

    function _reported() private {
        _note();
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toEntry(epoch);
    }

    function _settled() private {
        _reported();
        rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        rewards.settle(relay, 9);
    }

    /// forge-config: default.isolate = true
    function test_gas_submit_one_report() public {
        _toReports(epoch);
        SignedReport[] memory list = _signed(_good(relay, epoch), 0, 1);
        oracle.submit(list);
        assertLe(_record("submit1Report"), 61_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_submit_three_reports() public {
        _toReports(epoch);
        SignedReport[] memory list = _signed(_good(relay, epoch), 0, 3);
        oracle.submit(list);
        assertLe(_record("submit3Reports"), 92_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_submit_three_reports_of_twenty_edges() public {
        _toReports(epoch);
        SignedReport[] memory list = new SignedReport[](60);
        for (uint256 i; i < 60; ++i) {
            Report memory report = _good(vm.addr(0xED6E + i / 3), epoch);
            list[i] = _signReport(REPORTER_KEY + i % 3, report);
        }
        oracle.submit(list);
        assertLe(_record("submit60ReportsOf20Edges") / 60, 22_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_finalise() public {
        _reported();
        oracle.finalise(relay, epoch);
        assertLe(_record("finalise3Reports"), 58_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_note() public {
        rewards.note(_list(relay));
        assertLe(_record("note"), 65_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_enter() public {
        _reported();
        oracle.finalise(relay, epoch);
        rewards.enter(_list(relay), epoch);
        assertLe(_record("enter"), 69_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_settle_an_entered_epoch() public {
        _reported();
        rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        rewards.settle(relay, 9);
        assertLe(_record("settle"), 52_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_claim_in_usdc() public {
        _settled();
        vm.prank(alice);
        rewards.claim(relay, alice);
        assertLe(_record("claimUsdc"), 72_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_claim_in_stream() public {
        _settled();
        feed.set(ANSWER, block.timestamp);
        vm.prank(alice);
        rewards.claimInStream(relay, alice, 1e6, 0);
        assertLe(_record("claimStream"), 85_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_prove_equivocation() public {
        SignedReport memory one = _signReport(REPORTER_KEY, _good(relay, epoch));
        SignedReport memory other = _signReport(REPORTER_KEY, _awful(relay, epoch));
        vm.prank(keeper);
        oracle.proveEquivocation(one, other);
        assertLe(_record("proveEquivocation"), 99_000);
    }
}
