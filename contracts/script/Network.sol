// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

/// @notice One configuration file: where a network is and what our contracts are given there. README.md in this folder explains each field.
struct Network {
    string name;
    uint256 chainId;
    address usdc;
    address nativeUsdFeed;
    address sequencerFeed;
    address streamUsdFeed;
    address[] safeOwners;
    uint256 safeThreshold;
    uint32 epochSeconds;
    uint32 exitDelay;
    uint32 minFaceValue;
    uint32 maxFaceValue;
    uint96 minStake;
    uint32 unbondSeconds;
    uint16 slashBps;
    uint16 reporterBps;
    uint16 burnBps;
    uint16 royaltyBps;
}

/// @title Reads `networks/NAME.json`.
library Networks {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error UnknownNetwork(string name);

    /// @notice The environment variables USDC and SAFE_OWNERS (comma-separated) stand above the file.
    function load(string memory name) internal view returns (Network memory network) {
        string memory path = string.concat("script/networks/", name, ".json");
        if (!vm.exists(path)) revert UnknownNetwork(name);
        string memory json = vm.readFile(path);
        network.name = name;
        network.chainId = vm.parseJsonUint(json, ".chainId");
        network.usdc = vm.envOr("USDC", vm.parseJsonAddress(json, ".usdc"));
        network.nativeUsdFeed = vm.envOr("NATIVE_USD_FEED", vm.parseJsonAddress(json, ".nativeUsdFeed"));
        network.sequencerFeed = vm.parseJsonAddress(json, ".sequencerFeed");
        network.streamUsdFeed = vm.parseJsonAddress(json, ".streamUsdFeed");
        network.safeOwners = vm.envOr("SAFE_OWNERS", ",", vm.parseJsonAddressArray(json, ".safe.owners"));
        network.safeThreshold = vm.parseJsonUint(json, ".safe.threshold");
        network.epochSeconds = uint32(vm.parseJsonUint(json, ".tickets.epochSeconds"));
        network.exitDelay = uint32(vm.parseJsonUint(json, ".tickets.exitDelay"));
        network.minFaceValue = uint32(vm.parseJsonUint(json, ".tickets.minFaceValue"));
        network.maxFaceValue = uint32(vm.parseJsonUint(json, ".tickets.maxFaceValue"));
        network.minStake = uint96(vm.parseJsonUint(json, ".staking.minStake"));
        network.unbondSeconds = uint32(vm.parseJsonUint(json, ".staking.unbondSeconds"));
        network.slashBps = uint16(vm.parseJsonUint(json, ".staking.slashBps"));
        network.reporterBps = uint16(vm.parseJsonUint(json, ".staking.reporterBps"));
        network.burnBps = uint16(vm.parseJsonUint(json, ".staking.burnBps"));
        network.royaltyBps = uint16(vm.parseJsonUint(json, ".keys.royaltyBps"));
    }
}
