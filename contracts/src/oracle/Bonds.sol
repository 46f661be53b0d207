// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISLAOracle, OracleConfig, Reporter} from "../interfaces/ISLAOracle.sol";
import {IUsdc} from "../interfaces/IUsdc.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {UsdcPull} from "../libraries/UsdcPull.sol";
import {Payouts} from "../money/Payouts.sol";
import {Reporters} from "./Reporters.sol";

/// @title Reporters' bonds, and the credits that slashed ones become.
abstract contract Bonds is Reporters, Payouts {
    using UsdcPull for IUsdc;

    uint256 private constant BPS = 10_000;

    address public immutable TREASURY;
    uint32 public immutable UNBOND_SECONDS;
    uint96 public immutable BOND;
    uint16 public immutable PROVER_BPS;

    mapping(address account => uint256) private _credits;

    constructor(OracleConfig memory config) {
        if (config.treasury == address(0)) revert Errors.BadConfig();
        // A report may be two epochs old when its window closes, and can be proven false as long.
        if (config.unbondSeconds < 2 * uint256(config.epochSeconds)) revert Errors.BadConfig();
        // Half at most goes to the prover, so that a reporter who proves his own fault loses at least the other half.
        if (config.bond == 0 || config.proverBps > BPS / 2) revert Errors.BadConfig();
        TREASURY = config.treasury;
        UNBOND_SECONDS = config.unbondSeconds;
        BOND = config.bond;
        PROVER_BPS = config.proverBps;
    }

    /// @inheritdoc ISLAOracle
    function bond() external nonReentrant {
        Reporter storage reporter = _reporters[msg.sender];
        if (reporter.retired) revert Errors.ReporterRetired();
        if (reporter.bond != 0) {
            if (reporter.withdrawableAt == 0) revert Errors.AlreadyBonded();
            reporter.withdrawableAt = 0;
        } else {
            if (USDC.byAllowance(msg.sender, BOND) != BOND) revert Errors.TransferFailed();
            reporter.bond = BOND;
        }
        emit Events.BondPosted(msg.sender, BOND);
    }

    /// @inheritdoc ISLAOracle
    function unbond() external {
        Reporter storage reporter = _reporters[msg.sender];
        if (reporter.bond == 0) revert Errors.NothingBonded();
        if (reporter.withdrawableAt != 0) revert Errors.AlreadyUnbonding();
        reporter.withdrawableAt = uint32(block.timestamp) + UNBOND_SECONDS;
        emit Events.BondLeaving(msg.sender, reporter.withdrawableAt);
    }

    /// @inheritdoc ISLAOracle
    function withdrawBond(address to) external nonReentrant {
        Reporter storage reporter = _reporters[msg.sender];
        uint256 amount = reporter.bond;
        if (amount == 0) revert Errors.NothingBonded();
        uint256 withdrawableAt = reporter.withdrawableAt;
        if (withdrawableAt == 0 || block.timestamp < withdrawableAt) revert Errors.NotDue(withdrawableAt);
        (reporter.bond, reporter.withdrawableAt) = (0, 0);
        emit Events.BondWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc ISLAOracle
    function withdrawCredit(address to) external nonReentrant {
        uint256 amount = _credits[msg.sender];
        if (amount == 0) revert Errors.ZeroAmount();
        _credits[msg.sender] = 0;
        emit Events.OracleCreditWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc ISLAOracle
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @dev Divides a bond that its reporter has lost between the sender and the treasury; the caller writes it off.
    function _divideBond(uint256 lost) internal returns (uint256 share) {
        // A bond is below 2^96, and at most half of it is the sender's.
        unchecked {
            share = lost * PROVER_BPS / BPS;
            lost -= share;
        }
        _credits[msg.sender] += share;
        _credits[TREASURY] += lost;
    }
}
