// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IUsdc} from "../interfaces/IUsdc.sol";
import {Errors} from "./Errors.sol";
import {Signatures} from "./Signatures.sol";

/// @title Taking USDC into this contract, counted by what arrived.
library UsdcPull {
    /// @notice Takes `amount` by EIP-3009. Accounts with code are asked through EIP-1271, others are recovered.
    /// @return received what the balance grew by
    function byAuthorization(
        IUsdc usdc,
        address from,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) internal returns (uint256 received) {
        uint256 before = usdc.balanceOf(address(this));
        if (signature.length == 65 && from.code.length == 0) {
            (uint8 v, bytes32 r, bytes32 s) = Signatures.split(signature);
            usdc.receiveWithAuthorization(from, address(this), amount, validAfter, validBefore, nonce, v, r, s);
        } else {
            usdc.receiveWithAuthorization(from, address(this), amount, validAfter, validBefore, nonce, signature);
        }
        received = usdc.balanceOf(address(this)) - before;
    }

    /// @notice Takes `amount` from an allowance.
    /// @return received what the balance grew by
    function byAllowance(IUsdc usdc, address from, uint256 amount) internal returns (uint256 received) {
        uint256 before = usdc.balanceOf(address(this));
        if (!usdc.transferFrom(from, address(this), amount)) revert Errors.TransferFailed();
        received = usdc.balanceOf(address(this)) - before;
    }

    /// @notice Sets an allowance by EIP-2612 and goes on when that fails: whoever sent the permit first has set it already.
    function tryPermit(IUsdc usdc, address owner, uint256 amount, uint256 deadline, bytes calldata signature) internal {
        if (signature.length == 65 && owner.code.length == 0) {
            (uint8 v, bytes32 r, bytes32 s) = Signatures.split(signature);
            try usdc.permit(owner, address(this), amount, deadline, v, r, s) {} catch {}
        } else {
            try usdc.permit(owner, address(this), amount, deadline, signature) {} catch {}
        }
    }
}
