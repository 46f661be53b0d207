// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Status} from "../../src/interfaces/IStreamRegistry.sol";
import {RegistryFixture} from "../helpers/RegistryFixture.sol";

/// @notice Gas of whole transactions (intrinsic gas and calldata included) in steady state: the stream has started before.
contract StreamRegistryGasTest is RegistryFixture {
    function setUp() public override {
        super.setUp();
        vm.prank(node);
        registry.start(stream, RUN);
        vm.warp(vm.getBlockTimestamp() + 60);
    }

    function _measured(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("streamRegistry", name, gas);
    }

    /// forge-config: default.isolate = true
    function test_gas_heartbeat() public {
        vm.prank(node);
        registry.heartbeat(stream, RUN, Status.Live, 97, 12_345);
        assertLe(_measured("heartbeat"), 35_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_heartbeat_of_the_owner() public {
        vm.prank(broadcaster);
        registry.heartbeat(stream, RUN, Status.Live, 97, 12_345);
        _measured("heartbeatOfTheOwner");
    }

    /// forge-config: default.isolate = true
    function test_gas_heartbeat_that_changes_the_status() public {
        vm.prank(node);
        registry.heartbeat(stream, RUN, Status.Degraded, 97, 12_345);
        _measured("heartbeatChangingTheStatus");
    }

    /// forge-config: default.isolate = true
    function test_gas_start_and_end() public {
        vm.prank(node);
        registry.start(stream, RUN + 60_000);
        _measured("restart");
        vm.prank(node);
        registry.end(stream, RUN + 60_000);
        _measured("end");
    }
}
