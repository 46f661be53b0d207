// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../interfaces/IStreamKeys.sol";
import {ITicketBroker} from "../interfaces/ITicketBroker.sol";
import {IUsdc} from "../interfaces/IUsdc.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {UsdcPull} from "../libraries/UsdcPull.sol";
import {CreditLedger} from "../money/CreditLedger.sol";
import {PurseBook} from "./PurseBook.sol";
import {StreamSplits} from "./StreamSplits.sol";

/// @title Deposits and tips that a wallet authorizes by EIP-3009 and anybody sends, for a fee out of the same money.
abstract contract Authorizations is PurseBook, CreditLedger, StreamSplits {
    using Accounts for mapping(address => uint256);
    using UsdcPull for IUsdc;

    /// @inheritdoc ITicketBroker
    function depositWithAuthorization(
        address owner,
        address viewingKey,
        uint256 amount,
        uint256 fee,
        uint256 maxFee,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature,
        bytes calldata bindSignature
    ) external nonReentrant {
        if (fee > maxFee) revert Errors.FeeAboveMaximum();
        bytes32 nonce = authorizationNonce(owner, viewingKey, maxFee, salt);
        uint256 received = USDC.byAuthorization(owner, amount, validAfter, validBefore, nonce, signature);
        if (received <= fee) revert Errors.ZeroAmount();
        _accounts.credit(msg.sender, fee);
        _fill(owner, viewingKey, received - fee, fee, bindSignature);
    }

    /// @inheritdoc ITicketBroker
    function authorizationNonce(address owner, address viewingKey, uint256 maxFee, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(owner, viewingKey, maxFee, salt));
    }

    /// @inheritdoc ITicketBroker
    function tipWithAuthorization(
        address from,
        uint256 stream,
        uint256 amount,
        uint256 fee,
        uint256 maxFee,
        bytes32 salt,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external nonReentrant {
        if (fee > maxFee) revert Errors.FeeAboveMaximum();
        (, Terms memory terms) = STREAM_KEYS.latestTerms(stream);
        if (terms.payee == address(0)) revert Errors.UnknownStream();
        bytes32 nonce = tipNonce(from, stream, maxFee, salt);
        uint256 received = USDC.byAuthorization(from, amount, validAfter, validBefore, nonce, signature);
        if (received <= fee) revert Errors.ZeroAmount();
        _accounts.credit(msg.sender, fee);
        _accounts.credit(terms.payee, received - fee);
        emit Events.Tipped(stream, from, terms.payee, received - fee, fee);
    }

    /// @inheritdoc ITicketBroker
    function tipNonce(address from, uint256 stream, uint256 maxFee, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("tip"), from, stream, maxFee, salt));
    }
}
