// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {StreamGovernor} from "../src/StreamGovernor.sol";
import {IEdgeReward} from "../src/interfaces/IEdgeReward.sol";
import {ISLAOracle} from "../src/interfaces/ISLAOracle.sol";
import {GovernorConfig} from "../src/interfaces/IStreamGovernor.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";

contract StreamGovernorTest is RewardsFixture {
    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
    }

    string private constant WHY = "why";

    function setUp() public override {
        super.setUp();
        vm.prank(holder);
        stream20.delegate(holder);
        vm.prank(foundation);
        stream20.delegate(foundation);
        vm.warp(vm.getBlockTimestamp() + 1);
    }

    function _call(address target, bytes memory data) private pure returns (Proposal memory proposal) {
        (proposal.targets, proposal.values, proposal.calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (proposal.targets[0], proposal.calldatas[0]) = (target, data);
    }

    function _budget(uint256 budget) private view returns (Proposal memory) {
        return _call(address(rewards), abi.encodeCall(IEdgeReward.setSubsidyBudget, (budget)));
    }

    function _propose(Proposal memory proposal) private returns (uint256) {
        vm.prank(holder);
        return governor.propose(proposal.targets, proposal.values, proposal.calldatas, WHY);
    }

    function _queue(Proposal memory proposal) private {
        governor.queue(proposal.targets, proposal.values, proposal.calldatas, keccak256(bytes(WHY)));
    }

    function _execute(Proposal memory proposal) private {
        governor.execute(proposal.targets, proposal.values, proposal.calldatas, keccak256(bytes(WHY)));
    }

    /// @dev Proposes, votes yes with the holder's 40 %, queues and waits for the timelock.
    function _carry(Proposal memory proposal) private returns (uint256 id) {
        id = _propose(proposal);
        vm.warp(vm.getBlockTimestamp() + DAY + 1);
        vm.prank(holder);
        governor.castVote(id, 1);
        vm.warp(vm.getBlockTimestamp() + 5 * uint256(DAY));
        _queue(proposal);
        vm.warp(vm.getBlockTimestamp() + 2 * uint256(DAY));
    }

    /* THE WAY OF A PROPOSAL */

    function test_delegate_propose_vote_queue_execute_and_the_parameter_has_changed() public {
        Proposal memory proposal = _budget(42e6);
        uint256 id = _propose(proposal);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Pending));
        vm.warp(vm.getBlockTimestamp() + DAY + 1);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Active));
        vm.prank(holder);
        governor.castVote(id, 1);
        vm.warp(vm.getBlockTimestamp() + 5 * uint256(DAY));
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Succeeded));
        _queue(proposal);
        vm.expectRevert();
        _execute(proposal);
        vm.warp(vm.getBlockTimestamp() + 2 * uint256(DAY));
        // Anybody executes.
        vm.prank(keeper);
        _execute(proposal);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Executed));
        uint32 epoch = rewards.currentEpoch();
        assertEq(rewards.subsidyBudgetOf(epoch), BUDGET);
        assertEq(rewards.subsidyBudgetOf(epoch + 1), 42e6);
    }

    function test_every_governed_setter_can_be_voted() public {
        Proposal memory proposal;
        (proposal.targets, proposal.values, proposal.calldatas) = (new address[](4), new uint256[](4), new bytes[](4));
        for (uint256 i; i < 3; ++i) {
            proposal.targets[i] = address(rewards);
        }
        proposal.targets[3] = address(oracle);
        proposal.calldatas[0] = abi.encodeCall(IEdgeReward.setSubsidyBudget, (1e6));
        proposal.calldatas[1] = abi.encodeCall(IEdgeReward.setStreamPrice, (70_000));
        proposal.calldatas[2] = abi.encodeCall(IEdgeReward.setPenaltyBps, (500));
        proposal.calldatas[3] = abi.encodeCall(ISLAOracle.removeReporter, (_reporter(0)));
        _carry(proposal);
        _execute(proposal);
        uint32 next = rewards.currentEpoch() + 1;
        assertEq(rewards.subsidyBudgetOf(next), 1e6);
        assertEq(rewards.streamPriceOf(next), 70_000);
        assertEq(rewards.penaltyBpsOf(next), 500);
        assertEq(oracle.reporterCount(), 4);
        Proposal memory naming = _call(address(oracle), abi.encodeCall(ISLAOracle.nameReporter, (keeper)));
        _carry(naming);
        _execute(naming);
        assertEq(oracle.reporterOf(keeper).from, oracle.currentEpoch() + 1);
    }

    function test_out_of_bounds_is_refused_even_when_voted() public {
        Proposal memory proposal = _budget(100e6 + 1);
        _carry(proposal);
        vm.expectRevert(abi.encodeWithSelector(Errors.OutOfBounds.selector, 0, 100e6));
        _execute(proposal);
        assertEq(rewards.subsidyBudgetOf(type(uint32).max), BUDGET);
    }

    function test_two_changes_of_reporters_wait_for_two_epochs() public {
        Proposal memory proposal = _call(address(oracle), abi.encodeCall(ISLAOracle.removeReporter, (_reporter(0))));
        Proposal memory other = _call(address(oracle), abi.encodeCall(ISLAOracle.removeReporter, (_reporter(1))));
        uint256 id = _propose(proposal);
        uint256 otherId = _propose(other);
        vm.warp(vm.getBlockTimestamp() + DAY + 1);
        vm.startPrank(holder);
        governor.castVote(id, 1);
        governor.castVote(otherId, 1);
        vm.stopPrank();
        vm.warp(vm.getBlockTimestamp() + 5 * uint256(DAY));
        _queue(proposal);
        _queue(other);
        vm.warp(vm.getBlockTimestamp() + 2 * uint256(DAY));
        _execute(proposal);
        vm.expectRevert(Errors.OneChangePerEpoch.selector);
        _execute(other);
        vm.warp(vm.getBlockTimestamp() + DAY);
        _execute(other);
        assertEq(oracle.reporterCount(), 3);
    }

    function test_a_vote_without_quorum_or_majority_is_defeated() public {
        address small = makeAddr("small");
        vm.prank(holder);
        assertTrue(stream20.transfer(small, 39_999_999e18));
        vm.prank(small);
        stream20.delegate(small);
        vm.warp(vm.getBlockTimestamp() + 1);
        Proposal memory proposal = _budget(1);
        uint256 id = _propose(proposal);
        vm.warp(vm.getBlockTimestamp() + DAY + 1);
        vm.prank(small);
        governor.castVote(id, 1);
        uint256 snapshot = vm.snapshotState();
        vm.warp(vm.getBlockTimestamp() + 5 * uint256(DAY));
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
        vm.revertToState(snapshot);
        vm.prank(holder);
        governor.castVote(id, 1);
        vm.prank(foundation);
        governor.castVote(id, 0);
        vm.warp(vm.getBlockTimestamp() + 5 * uint256(DAY));
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_a_proposer_needs_the_threshold() public {
        Proposal memory proposal = _budget(1);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, keeper, 0, 1_000_000e18)
        );
        vm.prank(keeper);
        governor.propose(proposal.targets, proposal.values, proposal.calldatas, WHY);
    }

    /* WHAT CANNOT BE PROPOSED */

    function _refused(address target, bytes memory data) private {
        Proposal memory proposal = _call(target, data);
        bytes4 selector = data.length < 4 ? bytes4(0) : bytes4(data);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotGoverned.selector, target, selector));
        _propose(proposal);
    }

    function test_proposals_on_money_and_other_contracts_are_refused() public {
        _refused(address(usdc), abi.encodeCall(usdc.transfer, (holder, 1)));
        _refused(address(broker), abi.encodeWithSignature("withdraw(address,uint256)", holder, 1));
        _refused(address(staking), abi.encodeWithSignature("withdraw(address,address)", relay, holder));
        _refused(address(stream20), abi.encodeCall(stream20.transfer, (holder, 1)));
        _refused(holder, "");
        // A governed selector on another target.
        _refused(address(oracle), abi.encodeCall(IEdgeReward.setSubsidyBudget, (1)));
        _refused(address(rewards), abi.encodeCall(ISLAOracle.removeReporter, (keeper)));
        _refused(keeper, abi.encodeCall(IEdgeReward.setSubsidyBudget, (1)));
    }

    function test_proposals_on_other_functions_of_the_governed_contracts_are_refused() public {
        _refused(address(rewards), abi.encodeCall(IEdgeReward.claim, (relay, holder)));
        _refused(address(rewards), abi.encodeCall(IEdgeReward.fund, (1)));
        _refused(address(oracle), abi.encodeCall(ISLAOracle.withdrawCredit, (holder)));
        _refused(address(oracle), abi.encodeCall(ISLAOracle.bond, ()));
        _refused(address(rewards), "");
        _refused(address(rewards), hex"0102");
    }

    function test_proposals_on_the_timelock_and_the_governor_itself_are_refused() public {
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        _refused(address(timelock), abi.encodeCall(timelock.grantRole, (admin, holder)));
        _refused(address(timelock), abi.encodeCall(timelock.updateDelay, (0)));
        _refused(address(governor), abi.encodeCall(governor.setVotingDelay, (0)));
        _refused(address(governor), abi.encodeCall(governor.relay, (address(usdc), 0, "")));
    }

    function test_one_bad_action_refuses_the_whole_proposal() public {
        Proposal memory proposal;
        (proposal.targets, proposal.values, proposal.calldatas) = (new address[](2), new uint256[](2), new bytes[](2));
        (proposal.targets[0], proposal.targets[1]) = (address(rewards), address(usdc));
        proposal.calldatas[0] = abi.encodeCall(IEdgeReward.setPenaltyBps, (0));
        proposal.calldatas[1] = abi.encodeCall(usdc.transfer, (holder, 1));
        vm.expectRevert(abi.encodeWithSelector(Errors.NotGoverned.selector, address(usdc), usdc.transfer.selector));
        _propose(proposal);
    }

    function test_proposals_move_no_eth() public {
        Proposal memory proposal = _budget(1);
        proposal.values[0] = 1;
        vm.expectRevert(Errors.ProposalWithValue.selector);
        _propose(proposal);
        proposal.values[0] = 0;
        _carry(proposal);
        vm.deal(address(this), 1);
        vm.expectRevert(Errors.ProposalWithValue.selector);
        governor.execute{value: 1}(proposal.targets, proposal.values, proposal.calldatas, keccak256(bytes(WHY)));
        _execute(proposal);
    }

    function testFuzz_only_five_functions_of_two_contracts_are_governed(address target, bytes4 selector) public view {
        bool governed = target == address(rewards) || target == address(oracle);
        assertFalse(governor.isGoverned(target, selector) && !governed);
        assertFalse(governor.isGoverned(address(usdc), selector));
        uint256 count = governor.isGoverned(address(rewards), selector) ? 1 : 0;
        bool known = selector == IEdgeReward.setSubsidyBudget.selector
            || selector == IEdgeReward.setStreamPrice.selector || selector == IEdgeReward.setPenaltyBps.selector;
        assertEq(count, known ? 1 : 0);
    }

    /* SETTINGS AND ROLES */

    function test_settings_are_fixed_for_everybody() public {
        address[3] memory callers = [holder, address(timelock), address(governor)];
        for (uint256 i; i < 3; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(Errors.SettingsAreFixed.selector);
            governor.relay(address(usdc), 0, "");
            vm.expectRevert(Errors.SettingsAreFixed.selector);
            governor.updateTimelock(TimelockController(payable(holder)));
            vm.expectRevert(Errors.SettingsAreFixed.selector);
            governor.setVotingDelay(0);
            vm.expectRevert(Errors.SettingsAreFixed.selector);
            governor.setVotingPeriod(1);
            vm.expectRevert(Errors.SettingsAreFixed.selector);
            governor.setProposalThreshold(0);
            vm.expectRevert(Errors.SettingsAreFixed.selector);
            governor.updateQuorumNumerator(0);
            vm.stopPrank();
        }
    }

    function test_the_timelock_obeys_the_governor_alone_and_has_no_admin_but_itself() public {
        bytes32 proposer = timelock.PROPOSER_ROLE();
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        assertTrue(timelock.hasRole(proposer, address(governor)));
        assertTrue(timelock.hasRole(admin, address(timelock)));
        address[5] memory others = [address(this), holder, foundation, treasury, address(governor)];
        for (uint256 i; i < 5; ++i) {
            assertFalse(timelock.hasRole(admin, others[i]));
            if (i < 4) assertFalse(timelock.hasRole(proposer, others[i]));
        }
        vm.startPrank(holder);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, holder, proposer)
        );
        timelock.schedule(address(usdc), 0, "", 0, 0, 2 * DAY);
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, holder, admin));
        timelock.grantRole(proposer, holder);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, holder));
        timelock.updateDelay(0);
        vm.stopPrank();
    }

    /// @dev What a deployment is checked by: no fifth role was ever given.
    function test_a_timelock_begins_with_four_roles() public {
        address[] memory proposers = new address[](1);
        proposers[0] = address(governor);
        vm.recordLogs();
        new TimelockController(2 * DAY, proposers, new address[](1), address(0));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 granted;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IAccessControl.RoleGranted.selector) ++granted;
        }
        assertEq(granted, 4);
    }

    /// @dev The timelock is its own admin; here it names the governor that is created next.
    function _admit() private {
        bytes32 proposer = timelock.PROPOSER_ROLE();
        vm.prank(address(timelock));
        timelock.grantRole(proposer, vm.computeCreateAddress(address(this), vm.getNonce(address(this))));
    }

    function test_a_deployment_with_wrong_parts_is_refused() public {
        GovernorConfig memory sound = _governorConfig();
        _admit();
        new StreamGovernor(sound);
        for (uint256 i; i < 3; ++i) {
            GovernorConfig memory bad = abi.decode(abi.encode(sound), (GovernorConfig));
            if (i == 0) bad.proposalThreshold = 10_000_001e18;
            if (i == 1) bad.quorumPercent = 0;
            if (i == 2) bad.quorumPercent = 51;
            _admit();
            vm.expectRevert(Errors.BadConfig.selector);
            new StreamGovernor(bad);
        }
    }

    function test_a_timelock_that_does_not_fit_is_refused() public {
        GovernorConfig memory config = _governorConfig();
        // Not its proposer.
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamGovernor(config);
        // Not what rewards and oracle obey.
        config.timelock = payable(new TimelockController(1, new address[](0), new address[](1), address(0)));
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamGovernor(config);
        // Executed by somebody only.
        config.timelock = payable(address(timelock));
        bytes32 executor = timelock.EXECUTOR_ROLE();
        vm.prank(address(timelock));
        timelock.revokeRole(executor, address(0));
        _admit();
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamGovernor(config);
        // The deployer its admin.
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        vm.startPrank(address(timelock));
        timelock.grantRole(executor, address(0));
        timelock.grantRole(admin, address(this));
        vm.stopPrank();
        _admit();
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamGovernor(config);
    }

    function test_the_governor_takes_no_eth() public {
        vm.deal(address(this), 1);
        (bool done,) = address(governor).call{value: 1}("");
        assertFalse(done);
    }
}
