// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "../libraries/Errors.sol";
import {Payouts} from "./Payouts.sol";

/// @title What accounts have earned, and the treasury with them, until it is withdrawn.
/// @dev A word is what `libraries/Accounts.sol` packs.
abstract contract CreditLedger is Payouts {
    /// @notice Gets its share of what is earned here.
    address public immutable TREASURY;

    mapping(address account => uint256 word) internal _accounts;

    constructor(address treasury) {
        if (treasury == address(0)) revert Errors.BadConfig();
        TREASURY = treasury;
    }
}
