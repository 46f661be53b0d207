// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CREATE3} from "solady/utils/CREATE3.sol";

/// @title Launcher
/// @notice Creates contracts at addresses that depend on the operator and the contract's name alone, so that contracts can name one another
/// before they exist and have the same address on every chain. It keeps no right over what it creates.
contract Launcher {
    /// @notice The only account that may launch: nobody else can put other code at an address that is already written down.
    address public immutable OPERATOR;

    error NotOperator();

    constructor(address operator) {
        OPERATOR = operator;
    }

    /// @notice Creates a contract with `code` (its arguments appended) at `addressOf(name)`. Reverts when it is there already. Only the operator.
    function launch(bytes32 name, bytes calldata code) external returns (address) {
        if (msg.sender != OPERATOR) revert NotOperator();
        return CREATE3.deployDeterministic(code, name);
    }

    /// @notice Where a name's contract is or will be.
    function addressOf(bytes32 name) external view returns (address) {
        return CREATE3.predictDeterministicAddress(name);
    }
}
