// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorization, IKeyMarket} from "../interfaces/IKeyMarket.sol";
import {KeysConfig} from "../interfaces/IStreamKeys.sol";
import {IUsdc} from "../interfaces/IUsdc.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {Royalties} from "../libraries/Royalties.sol";
import {UsdcPull} from "../libraries/UsdcPull.sol";
import {CreditLedger} from "../money/CreditLedger.sol";
import {Payouts} from "../money/Payouts.sol";

/// @title Money of sales and rents: taken in, divided, and kept as credits until it is withdrawn.
/// @dev The contract holds as much USDC as the credits and the royalties that are due sum to.
abstract contract Credits is IKeyMarket, CreditLedger {
    using Accounts for mapping(address => uint256);
    using UsdcPull for IUsdc;

    /// @notice Greatest royalty, in basis points.
    uint256 public constant MAX_ROYALTY_BPS = 1000;

    /// @notice The royalty in basis points.
    uint16 public immutable ROYALTY_BPS;

    constructor(KeysConfig memory config) Payouts(config.usdc) CreditLedger(config.treasury) {
        if (config.royaltyBps > MAX_ROYALTY_BPS) revert Errors.BadConfig();
        ROYALTY_BPS = config.royaltyBps;
    }

    /// @inheritdoc IKeyMarket
    function creditOf(address account) external view returns (uint256) {
        return _accounts.creditOf(account);
    }

    /// @inheritdoc IKeyMarket
    function treasuryFeesOf(address seller) external view returns (uint256 due, uint256 total) {
        return _accounts.feesOf(seller);
    }

    /// @inheritdoc IKeyMarket
    function withdraw(address to, uint256 amount) external nonReentrant {
        if (amount == 0) revert Errors.ZeroAmount();
        if (!_accounts.debit(msg.sender, amount)) revert Errors.InsufficientBalance();
        emit Events.Withdrawn(msg.sender, to, amount, 0);
        _pay(to, amount);
    }

    /// @inheritdoc IKeyMarket
    function sweepTreasury(address[] calldata sellers) external nonReentrant returns (uint256 swept) {
        for (uint256 i; i < sellers.length; ++i) {
            swept += _accounts.takeFees(sellers[i]);
        }
        if (swept == 0) revert Errors.ZeroAmount();
        emit Events.TreasurySwept(swept);
        _pay(TREASURY, swept);
    }

    /// @inheritdoc IKeyMarket
    function royaltyInfo(uint256, uint256 salePrice) public view returns (address receiver, uint256 royalty) {
        return (TREASURY, Royalties.royaltyOf(salePrice, ROYALTY_BPS));
    }

    /// @dev Divides a price between the treasury and `seller`, in one word.
    function _split(address seller, uint256 price) internal returns (uint256 royalty) {
        (, royalty) = royaltyInfo(0, price);
        _accounts.creditRelay(seller, Royalties.rest(price, royalty), royalty);
    }

    function _takeByAllowance(address payer, uint256 price) internal {
        if (USDC.byAllowance(payer, price) < price) revert Errors.Underpaid();
    }

    /// @dev Takes `maxPrice + maxFee`, pays the sender's fee and gives back what is left.
    function _takeByAuthorization(
        address payer,
        uint256 price,
        uint256 maxPrice,
        bytes32 nonce,
        Authorization calldata authorization
    ) internal {
        uint256 fee = authorization.fee;
        if (fee > authorization.maxFee) revert Errors.FeeAboveMaximum();
        uint256 received = USDC.byAuthorization(
            payer,
            maxPrice + authorization.maxFee,
            authorization.validAfter,
            authorization.validBefore,
            nonce,
            authorization.signature
        );
        if (received < price + fee) revert Errors.Underpaid();
        uint256 change = received - price - fee;
        _accounts.credit(msg.sender, fee);
        _accounts.credit(payer, change);
        emit Events.Relayed(payer, msg.sender, fee, change);
    }
}
