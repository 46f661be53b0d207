// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "solady/utils/EIP712.sol";
import {ITicketBroker} from "../interfaces/ITicketBroker.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {CreditLedger} from "../money/CreditLedger.sol";

/// @title How credits leave: to whom their account says, and the treasury's share to the treasury.
abstract contract Withdrawals is ITicketBroker, EIP712, CreditLedger {
    using Accounts for mapping(address => uint256);

    bytes32 private constant WITHDRAW_TYPE =
        keccak256("Withdraw(address account,address to,uint256 amount,uint256 fee,uint256 nonce,uint256 deadline)");

    mapping(address account => uint256) private _nonces;

    /// @inheritdoc ITicketBroker
    function withdraw(address to, uint256 amount) external nonReentrant {
        _withdraw(msg.sender, to, amount, 0);
    }

    /// @inheritdoc ITicketBroker
    function withdrawFor(
        address account,
        address to,
        uint256 amount,
        uint256 fee,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > deadline) revert Errors.Expired();
        bytes32 digest = withdrawDigest(account, to, amount, fee, _nonces[account]++, deadline);
        if (account == address(0) || Signatures.recover(digest, signature) != account) revert Errors.BadSignature();
        _withdraw(account, to, amount, fee);
    }

    /// @inheritdoc ITicketBroker
    function sweepTreasury(address[] calldata relays) external nonReentrant returns (uint256 swept) {
        for (uint256 i; i < relays.length; ++i) {
            swept += _accounts.takeFees(relays[i]);
        }
        if (swept == 0) revert Errors.ZeroAmount();
        emit Events.TreasurySwept(swept);
        _pay(TREASURY, swept);
    }

    /* VIEWS */

    /// @inheritdoc ITicketBroker
    function creditOf(address account) external view returns (uint256) {
        return _accounts.creditOf(account);
    }

    /// @inheritdoc ITicketBroker
    function nonceOf(address account) external view returns (uint256) {
        return _nonces[account];
    }

    /// @inheritdoc ITicketBroker
    function treasuryFeesOf(address relay) external view returns (uint256 due, uint256 total) {
        return _accounts.feesOf(relay);
    }

    /// @inheritdoc ITicketBroker
    function withdrawDigest(address account, address to, uint256 amount, uint256 fee, uint256 nonce, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedData(keccak256(abi.encode(WITHDRAW_TYPE, account, to, amount, fee, nonce, deadline)));
    }

    /* INTERNAL */

    function _withdraw(address account, address to, uint256 amount, uint256 fee) private {
        if (amount <= fee) revert Errors.ZeroAmount();
        if (!_accounts.debit(account, amount)) revert Errors.InsufficientBalance();
        _accounts.credit(msg.sender, fee);
        emit Events.Withdrawn(account, to, amount - fee, fee);
        _pay(to, amount - fee);
    }
}
