// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice The functions of SimpleAccount and Simple7702Account, version 0.8.
interface ISimpleAccount {
    struct Call {
        address target;
        uint256 value;
        bytes data;
    }

    function execute(address target, uint256 value, bytes calldata data) external;
    function executeBatch(Call[] calldata calls) external;
    function addDeposit() external payable;
    function owner() external view returns (address);
}

interface ISimpleAccountFactory {
    function createAccount(address owner, uint256 salt) external returns (address);
    function getAddress(address owner, uint256 salt) external view returns (address);
    function accountImplementation() external view returns (address);
}

/// @notice Deploys EntryPoint 0.8 and its accounts from the published artifacts, EntryPoint at its address of every chain.
library RealEntryPoint {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant ARTIFACTS = "node_modules/@account-abstraction/contracts/artifacts/";
    address private constant CANONICAL = 0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108;
    bytes32 private constant SALT = 0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9;
    address private constant CREATE2_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    /// @dev The deployer's runtime code: CREATE2 with the first word as salt and the rest as code.
    bytes private constant CREATE2_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    function deploy() internal returns (IEntryPoint) {
        vm.etch(CREATE2_DEPLOYER, CREATE2_CODE);
        (bool ok, bytes memory created) = CREATE2_DEPLOYER.call(abi.encodePacked(SALT, code("EntryPoint")));
        require(ok && address(bytes20(created)) == CANONICAL, "not the canonical EntryPoint");
        return IEntryPoint(CANONICAL);
    }

    function deployFactory(IEntryPoint entryPoint) internal returns (ISimpleAccountFactory) {
        return ISimpleAccountFactory(create(abi.encodePacked(code("SimpleAccountFactory"), abi.encode(entryPoint))));
    }

    /// @dev The factory serves only EntryPoint's SenderCreator.
    function createAccount(IEntryPoint entryPoint, ISimpleAccountFactory factory, address owner)
        internal
        returns (address)
    {
        vm.prank(address(entryPoint.senderCreator()));
        return factory.createAccount(owner, 0);
    }

    function code(string memory name) internal view returns (bytes memory) {
        return vm.parseJsonBytes(vm.readFile(string.concat(ARTIFACTS, name, ".json")), ".bytecode");
    }

    function create(bytes memory initCode) internal returns (address created) {
        assembly {
            created := create(0, add(initCode, 0x20), mload(initCode))
        }
        require(created != address(0), "create failed");
    }
}
