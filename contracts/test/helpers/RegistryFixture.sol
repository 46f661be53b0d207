// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StreamRegistry} from "../../src/StreamRegistry.sol";
import {KeysFixture} from "./KeysFixture.sol";

/// @notice A registry, and a node whose signing key the broadcaster has delegated for a day.
abstract contract RegistryFixture is KeysFixture {
    /// @dev The start of the fixture's time in milliseconds.
    uint64 internal constant RUN = uint64(20_000) * 86_400_000;

    StreamRegistry internal registry;
    address internal node = makeAddr("node");

    function setUp() public virtual override {
        super.setUp();
        registry = new StreamRegistry(address(keys));
        uint64 now_ = uint64(vm.getBlockTimestamp());
        vm.prank(broadcaster);
        keys.delegate(stream, node, now_, now_ + DAY);
    }
}
