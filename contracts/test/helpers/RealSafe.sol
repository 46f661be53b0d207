// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

/// @notice The functions of Safe 1.5 that tests need.
interface ISafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external;
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) external payable returns (bool);
    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes32);
    function nonce() external view returns (uint256);
    function getThreshold() external view returns (uint256);
    function getOwners() external view returns (address[] memory);
    function VERSION() external view returns (string memory);
}

interface ISafeProxyFactory {
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 saltNonce)
        external
        returns (ISafe);
}

/// @notice Deploys a Safe 1.5 (SafeL2 behind its proxy) from the published artifacts, and signs for it.
library RealSafe {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant ARTIFACTS = "node_modules/@safe-global/safe-smart-account/build/artifacts/contracts/";

    function deploy(address[] memory owners, uint256 threshold) internal returns (ISafe) {
        address singleton = _create("SafeL2.sol/SafeL2.json");
        address handler = _create("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json");
        address factory = _create("proxies/SafeProxyFactory.sol/SafeProxyFactory.json");
        bytes memory initializer = abi.encodeCall(
            ISafe.setup, (owners, threshold, address(0), "", handler, address(0), 0, payable(address(0)))
        );
        return ISafeProxyFactory(factory).createProxyWithNonce(singleton, initializer, 1);
    }

    /// @notice Runs a call of the Safe that the given keys have signed.
    function exec(ISafe safe, address to, uint256 value, bytes memory data, uint256[] memory keys) internal {
        bytes memory signatures = sign(safe, to, value, data, keys);
        safe.execTransaction(to, value, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
    }

    /// @notice Signatures in the order of their signers' addresses, as the Safe asks.
    function sign(ISafe safe, address to, uint256 value, bytes memory data, uint256[] memory keys)
        internal
        view
        returns (bytes memory signatures)
    {
        bytes32 digest = _digest(safe, to, value, data);
        for (uint256 i; i < keys.length; ++i) {
            for (uint256 j = i + 1; j < keys.length; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i], digest);
            signatures = abi.encodePacked(signatures, r, s, v);
        }
    }

    function _digest(ISafe safe, address to, uint256 value, bytes memory data) private view returns (bytes32) {
        uint256 nonce = safe.nonce();
        return safe.getTransactionHash(to, value, data, 0, 0, 0, 0, address(0), address(0), nonce);
    }

    function _create(string memory artifact) private returns (address created) {
        bytes memory code = vm.parseJsonBytes(vm.readFile(string.concat(ARTIFACTS, artifact)), ".bytecode");
        assembly {
            created := create(0, add(code, 0x20), mload(code))
        }
        require(created != address(0), "create failed");
    }
}
