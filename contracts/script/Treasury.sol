// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Canonical} from "./Canonical.sol";

interface ISafeSetup {
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
}

interface ISafeProxyFactory {
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 saltNonce)
        external
        returns (address);
    function proxyCreationCode() external pure returns (bytes memory);
}

/// @title The treasury: a Safe whose address follows from its owners and threshold.
library Treasury {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function create(address[] memory owners, uint256 threshold) internal returns (address safe) {
        bytes memory setup = abi.encodeCall(
            ISafeSetup.setup,
            (owners, threshold, address(0), "", Canonical.SAFE_FALLBACK_HANDLER, address(0), 0, payable(0))
        );
        ISafeProxyFactory factory = ISafeProxyFactory(Canonical.SAFE_PROXY_FACTORY);
        bytes memory code = abi.encodePacked(factory.proxyCreationCode(), abi.encode(Canonical.SAFE));
        bytes32 salt = keccak256(abi.encodePacked(keccak256(setup), uint256(0)));
        safe = vm.computeCreate2Address(salt, keccak256(code), address(factory));
        if (safe.code.length == 0) factory.createProxyWithNonce(Canonical.SAFE, setup, 0);
    }
}
