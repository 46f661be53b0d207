// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {Vm} from "forge-std/Vm.sol";
import {PaymasterConfig} from "../src/interfaces/IUsdcPaymaster.sol";
import {UsdcPaymaster} from "../src/UsdcPaymaster.sol";
import {PaymasterFixture} from "./helpers/PaymasterFixture.sol";
import {RealEntryPoint} from "./helpers/RealEntryPoint.sol";
import {RoundFeed} from "./helpers/RoundFeed.sol";

/// @notice Validation keeps to the storage that ERC-7562 lets a staked paymaster use. Its opcodes are traced in checks/userops.test.mjs.
/// forge-config: default.evm_version = "prague"
contract UsdcPaymasterRulesTest is PaymasterFixture {
    address private eoa;
    uint256 private eoaKey;

    function setUp() public override {
        super.setUp();
        (eoa, eoaKey) = makeAddrAndKey("eoa");
        vm.signAndAttachDelegation(RealEntryPoint.create(RealEntryPoint.code("Simple7702Account")), eoaKey);
        RoundFeed sequencer = new RoundFeed(0, 0);
        PaymasterConfig memory config = _paymasterConfig();
        config.sequencerFeed = address(sequencer);
        paymaster = new UsdcPaymaster(config);
        _bySafe(0, abi.encodeCall(paymaster.setTarget, (address(broker), true)));
        vm.warp(vm.getBlockTimestamp() + 2 hours);
        feed.set(3000e8, 0, vm.getBlockTimestamp());
        _give(eoa, 30e6);
    }

    /// @dev Everything that validation can do: price and sequencer feeds, permit through the account's EIP-1271, transfer.
    function _fullest() private view returns (PackedUserOperation memory) {
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                eoa,
                address(paymaster),
                uint256(10e6),
                usdc.nonces(eoa),
                type(uint256).max
            )
        );
        bytes memory permit = _sign(eoaKey, keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), hash)));
        Limits memory limits = _limits();
        limits.paymasterVerification = 300_000;
        return _op(eoa, eoaKey, _approveBroker(1), abi.encodePacked(uint8(1), uint96(10e6), permit), limits);
    }

    function _validate(PackedUserOperation memory op) private {
        vm.prank(address(entryPoint));
        paymaster.validatePaymasterUserOp(op, bytes32(0), 0.0001 ether);
    }

    /// @dev STO-031 to STO-033: a staked paymaster writes its own storage and slots of others that belong to it or to the sender; it may read any.
    function test_validation_writes_only_storage_of_the_paymaster_and_the_sender() public {
        PackedUserOperation memory op = _fullest();
        vm.startMappingRecording();
        vm.startStateDiffRecording();
        _validate(op);
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        uint256 foreign;
        for (uint256 i; i < accesses.length; ++i) {
            assertEq(accesses[i].value, 0, "OP-061: no value is sent");
            Vm.StorageAccess[] memory slots = accesses[i].storageAccesses;
            for (uint256 j; j < slots.length; ++j) {
                if (!slots[j].isWrite || slots[j].account == address(paymaster)) continue;
                assertEq(slots[j].account, address(usdc));
                assertTrue(_belongs(slots[j].account, slots[j].slot), "a slot of the sender or the paymaster");
                ++foreign;
            }
        }
        // The permit's nonce and allowance, two balances, and the allowance that is used up.
        assertEq(foreign, 5);
        vm.stopMappingRecording();
    }

    /// @dev A mapping's element under the sender or the paymaster, or under a mapping's element of the sender.
    function _belongs(address target, bytes32 slot) private returns (bool) {
        (bool found, bytes32 key,) = vm.getMappingKeyAndParentOf(target, slot);
        return found && (key == bytes32(uint256(uint160(eoa))) || key == bytes32(uint256(uint160(address(paymaster)))));
    }
}
