// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";
import {Vm, VmSafe} from "forge-std/Vm.sol";
import {RoundFeed} from "../test/helpers/RoundFeed.sol";
import {RealUsdc} from "../test/helpers/RealUsdc.sol";
import {Canonical} from "./Canonical.sol";
import {Network, Networks} from "./Network.sol";

/// @title DryRun
/// @notice Gives an anvil what a network has before we come: the factories, and Circle's USDC and a price feed where the configuration says that they are.
contract DryRun is Script {
    function prepare(string calldata name) external {
        Network memory network = Networks.load(name);
        _set(Canonical.SAFE_SINGLETON_FACTORY, Canonical.CREATE2_FACTORY.code);
        vm.startStateDiffRecording();
        _copy(address(new RoundFeed(8, 3500e8)), network.paymaster.priceFeed);
        if (network.paymaster.sequencerFeed != address(0)) {
            vm.startStateDiffRecording();
            RoundFeed sequencer = new RoundFeed(0, 0);
            // Up since long.
            sequencer.set(0, 1, block.timestamp);
            _copy(address(sequencer), network.paymaster.sequencerFeed);
        }
        vm.startStateDiffRecording();
        _copy(address(RealUsdc.deploy(makeAddr("minter"))), network.usdc);
    }

    /// @dev Repeats on the node what was recorded here, with the contract `from` at the address `to`.
    function _copy(address from, address to) private {
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        for (uint256 i; i < accesses.length; ++i) {
            if (accesses[i].kind == VmSafe.AccountAccessKind.Create) {
                address account = accesses[i].account;
                _set(account == from ? to : account, account.code);
            }
            Vm.StorageAccess[] memory writes = accesses[i].storageAccesses;
            for (uint256 j; j < writes.length; ++j) {
                if (!writes[j].isWrite) continue;
                address account = writes[j].account;
                _store(account == from ? to : account, writes[j].slot, vm.load(account, writes[j].slot));
            }
        }
    }

    function _set(address account, bytes memory code) private {
        vm.rpc("anvil_setCode", string.concat('["', vm.toString(account), '","', vm.toString(code), '"]'));
    }

    function _store(address account, bytes32 slot, bytes32 value) private {
        vm.rpc(
            "anvil_setStorageAt",
            string.concat('["', vm.toString(account), '","', vm.toString(slot), '","', vm.toString(value), '"]')
        );
    }
}
