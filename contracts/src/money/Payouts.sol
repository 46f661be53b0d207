// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IUsdc} from "../interfaces/IUsdc.sol";
import {Errors} from "../libraries/Errors.sol";

/// @title The USDC that a contract holds, and the one way on which it leaves.
abstract contract Payouts is ReentrancyGuardTransient {
    IUsdc public immutable USDC;

    constructor(address usdc) {
        if (usdc == address(0)) revert Errors.BadConfig();
        USDC = IUsdc(usdc);
    }

    function _pay(address to, uint256 amount) internal {
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        if (!USDC.transfer(to, amount)) revert Errors.TransferFailed();
    }
}
