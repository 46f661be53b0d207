// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Allocation, IStreamToken} from "./interfaces/IStreamToken.sol";
import {Errors} from "./libraries/Errors.sol";

/// @title StreamToken
/// @notice STREAM: a fixed supply that votes on reward parameters and in which rewards may be taken. No owner, no mint, no burn.
contract StreamToken is IStreamToken, ERC20, ERC20Permit, ERC20Votes {
    /* CONSTANTS */

    /// @inheritdoc IStreamToken
    uint256 public constant SUPPLY = 1_000_000_000e18;

    /* CONSTRUCTOR */

    constructor(Allocation[] memory allocations)
        ERC20("ClusterCast Stream", "STREAM")
        ERC20Permit("ClusterCast Stream")
    {
        for (uint256 i; i < allocations.length; ++i) {
            if (allocations[i].amount == 0) revert Errors.BadConfig();
            _mint(allocations[i].account, allocations[i].amount);
        }
        if (totalSupply() != SUPPLY) revert Errors.BadAllocation(totalSupply());
    }

    /* CLOCK */

    /// @notice Votes are counted by time, since block intervals differ between L2s and change (ERC-6372).
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice ERC-6372
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /* INTERNAL */

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}
