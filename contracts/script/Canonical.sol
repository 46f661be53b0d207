// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

/// @title Contracts of others that have one address on every chain, created from their published artifacts where they are missing.
/// @dev The addresses follow from the artifacts, the factories and the salts; `create` checks that they do.
library Canonical {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice The deterministic deployment proxy (github.com/Arachnid/deterministic-deployment-proxy).
    address internal constant CREATE2_FACTORY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    /// @notice The factory that Safe deploys with (github.com/safe-global/safe-singleton-factory); its code is that of CREATE2_FACTORY.
    address internal constant SAFE_SINGLETON_FACTORY = 0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7;
    /// @notice EntryPoint 0.8 of ERC-4337.
    address internal constant ENTRY_POINT = 0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108;
    address internal constant SAFE = 0xEdd160fEBBD92E350D4D398fb636302fccd67C7e;
    address internal constant SAFE_PROXY_FACTORY = 0x14F2982D601c9458F93bd70B218933A6f8165e7b;
    address internal constant SAFE_FALLBACK_HANDLER = 0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4;

    bytes32 private constant ENTRY_POINT_SALT = 0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9;
    string private constant ENTRY_POINT_ARTIFACT =
        "node_modules/@account-abstraction/contracts/artifacts/EntryPoint.json";
    string private constant SAFE_ARTIFACTS = "node_modules/@safe-global/safe-smart-account/build/artifacts/contracts/";

    /// @notice The chain lacks a factory on which everything else rests; the remedy is on the factory's page.
    error FactoryMissing(address factory);
    error UnexpectedAddress(address expected);

    function entryPoint() internal {
        _create(CREATE2_FACTORY, ENTRY_POINT, ENTRY_POINT_SALT, ENTRY_POINT_ARTIFACT);
    }

    function safeContracts() internal {
        _createSafe(SAFE, "SafeL2.sol/SafeL2.json");
        _createSafe(SAFE_PROXY_FACTORY, "proxies/SafeProxyFactory.sol/SafeProxyFactory.json");
        _createSafe(SAFE_FALLBACK_HANDLER, "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json");
    }

    /// @notice Creates a contract through a factory that takes `salt | code`.
    function create2(address factory, bytes32 salt, bytes memory code) internal {
        if (factory.code.length == 0) revert FactoryMissing(factory);
        (bool done,) = factory.call(abi.encodePacked(salt, code));
        require(done, "create2 failed");
    }

    function _createSafe(address expected, string memory artifact) private {
        _create(SAFE_SINGLETON_FACTORY, expected, 0, string.concat(SAFE_ARTIFACTS, artifact));
    }

    function _create(address factory, address expected, bytes32 salt, string memory artifact) private {
        if (expected.code.length != 0) return;
        create2(factory, salt, vm.parseJsonBytes(vm.readFile(artifact), ".bytecode"));
        if (expected.code.length == 0) revert UnexpectedAddress(expected);
    }
}
