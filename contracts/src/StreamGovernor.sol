// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IEdgeReward} from "./interfaces/IEdgeReward.sol";
import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {GovernorConfig, IStreamGovernor} from "./interfaces/IStreamGovernor.sol";
import {IStreamToken} from "./interfaces/IStreamToken.sol";
import {Errors} from "./libraries/Errors.sol";

/// @title StreamGovernor
/// @notice Lets holders of STREAM vote on bounded reward parameters and on reporters. A proposal that calls anything else cannot be made, so neither the
/// timelock's roles and delay nor the governor's own settings ever change, and no vote reaches anybody's money.
contract StreamGovernor is
    IStreamGovernor,
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    /* CONSTANTS */

    uint256 private constant MAX_QUORUM_PERCENT = 50;
    uint256 private constant MAX_THRESHOLD_PERCENT = 1;

    /* IMMUTABLES */

    /// @inheritdoc IStreamGovernor
    address public immutable EDGE_REWARD;
    /// @inheritdoc IStreamGovernor
    address public immutable SLA_ORACLE;

    /* CONSTRUCTOR */

    constructor(GovernorConfig memory config)
        Governor("ClusterCast StreamGovernor")
        GovernorSettings(config.votingDelay, config.votingPeriod, config.proposalThreshold)
        GovernorVotes(IVotes(config.stream))
        GovernorVotesQuorumFraction(config.quorumPercent)
        GovernorTimelockControl(TimelockController(config.timelock))
    {
        uint256 supply = IStreamToken(config.stream).SUPPLY();
        if (config.proposalThreshold > supply * MAX_THRESHOLD_PERCENT / 100) revert Errors.BadConfig();
        if (config.quorumPercent == 0 || config.quorumPercent > MAX_QUORUM_PERCENT) revert Errors.BadConfig();
        if (IEdgeReward(config.edgeReward).GOVERNANCE() != config.timelock) revert Errors.BadConfig();
        if (ISLAOracle(config.slaOracle).GOVERNANCE() != config.timelock) revert Errors.BadConfig();
        (EDGE_REWARD, SLA_ORACLE) = (config.edgeReward, config.slaOracle);
        TimelockController controller = TimelockController(config.timelock);
        if (!controller.hasRole(controller.PROPOSER_ROLE(), address(this))) revert Errors.BadConfig();
        if (!controller.hasRole(controller.EXECUTOR_ROLE(), address(0))) revert Errors.BadConfig();
        if (controller.hasRole(controller.DEFAULT_ADMIN_ROLE(), msg.sender)) revert Errors.BadConfig();
    }

    /* VIEWS */

    /// @inheritdoc IStreamGovernor
    function isGoverned(address target, bytes4 selector) public view returns (bool) {
        if (target == EDGE_REWARD) {
            return selector == IEdgeReward.setSubsidyBudget.selector || selector == IEdgeReward.setStreamPrice.selector
                || selector == IEdgeReward.setPenaltyBps.selector;
        }
        return target == SLA_ORACLE
            && (selector == ISLAOracle.nameReporter.selector || selector == ISLAOracle.removeReporter.selector);
    }

    /* FIXED SETTINGS: no proposal reaches these; that they refuse everybody is the second lock */

    /// @notice Always refused.
    function relay(address, uint256, bytes calldata) public payable override {
        revert Errors.SettingsAreFixed();
    }

    /// @notice Always refused.
    function updateTimelock(TimelockController) public pure override {
        revert Errors.SettingsAreFixed();
    }

    /// @notice Always refused.
    function setVotingDelay(uint48) public pure override {
        revert Errors.SettingsAreFixed();
    }

    /// @notice Always refused.
    function setVotingPeriod(uint32) public pure override {
        revert Errors.SettingsAreFixed();
    }

    /// @notice Always refused.
    function setProposalThreshold(uint256) public pure override {
        revert Errors.SettingsAreFixed();
    }

    /// @notice Always refused.
    function updateQuorumNumerator(uint256) public pure override {
        revert Errors.SettingsAreFixed();
    }

    /* INTERNAL */

    /// @dev The base contract checks that the lists are of one length.
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        for (uint256 i; i < targets.length; ++i) {
            if (values[i] != 0) revert Errors.ProposalWithValue();
            // Shorter calldata would be padded with zeros into another selector than the one that is called.
            bytes4 selector = calldatas[i].length < 4 ? bytes4(0) : bytes4(calldatas[i]);
            if (!isGoverned(targets[i], selector)) revert Errors.NotGoverned(targets[i], selector);
        }
    }

    /// @dev ETH sent along would stay in the timelock for good.
    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        if (msg.value != 0) revert Errors.ProposalWithValue();
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    /* WHAT SEVERAL BASES DEFINE */

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
