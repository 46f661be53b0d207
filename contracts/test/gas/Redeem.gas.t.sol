// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Group, Ticket, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {Fixture} from "../helpers/Fixture.sol";

/// @notice Gas of whole transactions (intrinsic gas and calldata included) in steady state: the relay's words, all accounts and purses exist.
/// The figures are kept in `snapshots/`; FORGE_SNAPSHOT_CHECK=true fails on any change.
contract RedeemGasTest is Fixture {
    uint256 private constant VIEWERS = 100;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < VIEWERS; ++i) {
            _fund(vm.addr(1000 + i), 2000 + i, 15e6);
        }
        // Words of both parities and the three accounts are written once; two epochs later they are dead and are used again.
        broker.redeem(_viewers(0, 1, VIEWERS));
        vm.warp(vm.getBlockTimestamp() + 2 * DAY);
    }

    /// @dev `count` tickets, dense indexes, the i-th of purse `i % viewers`.
    function _viewers(uint32 first, uint256 viewers, uint256 count) private view returns (Group[] memory) {
        Winner[] memory winners = new Winner[](count);
        for (uint32 i; i < count; ++i) {
            winners[i] = _winner(_ticket(first + i), first + i, 2000 + (i % viewers));
        }
        return _one(_group(winners));
    }

    function _measure(string memory name, Group[] memory groups) private returns (uint256 gas) {
        vm.prank(keeper);
        bytes memory outcomes = broker.redeem(groups);
        gas = vm.lastCallGas().gasTotalUsed;
        for (uint256 i; i < outcomes.length; ++i) {
            assertEq(uint8(outcomes[i]), 0, "all are redeemed");
        }
        vm.snapshotValue("redeem", name, gas);
    }

    /// forge-config: default.isolate = true
    function test_gas_single() public {
        assertLe(_measure("single", _viewers(0, 1, 1)), 65_500);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_10_from_10_viewers() public {
        assertLe(_measure("batch10Of10Viewers", _viewers(0, 10, 10)) / 10, 19_200);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_50_from_one_viewer() public {
        assertLe(_measure("batch50OfOneViewer", _viewers(0, 1, 50)) / 50, 8_600);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_50_from_50_viewers() public {
        assertLe(_measure("batch50Of50Viewers", _viewers(0, 50, 50)) / 50, 13_700);
    }

    /// forge-config: default.isolate = true
    function test_gas_batch_of_100_from_100_viewers() public {
        assertLe(_measure("batch100Of100Viewers", _viewers(0, 100, 100)) / 100, 13_200);
    }

    function test_size_of_the_contracts() public {
        vm.snapshotValue("size", "TicketBroker", address(broker).code.length);
        vm.snapshotValue("size", "StreamKeys", address(keys).code.length);
        vm.snapshotValue("size", "RelayStaking", address(staking).code.length);
        assertLe(address(broker).code.length, 24_576);
    }
}
