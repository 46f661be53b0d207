// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Report} from "../src/interfaces/ISLAOracle.sol";
import {Outcome} from "../src/interfaces/ITicketBroker.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";

/// @notice What rewards, reporters and governance can do at worst; and what goes on without them.
contract RewardBoundsTest is RewardsFixture {
    uint256 private constant FEE = 2500;

    function setUp() public override {
        super.setUp();
        _note();
        _fundPot(1000e6);
    }

    function _claimed(uint32 tickets, bool enters) private returns (uint256) {
        uint32 epoch = _now();
        if (tickets != 0) _earn(tickets);
        _note();
        _toReports(epoch);
        _submit(_good(relay, epoch), 3);
        _toEntry(epoch);
        if (enters) rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        rewards.settle(relay, 1);
        if (rewards.accountOf(relay).accrued == 0) return 0;
        vm.prank(alice);
        return rewards.claim(relay, alice);
    }

    /* REWARDS NEVER PUMP */

    /// @dev Alice owns the viewer's purse and the edge; the payee is hers too. All that leaves her is the treasury's share.
    function testFuzz_an_edge_that_pays_itself_loses_even_with_a_perfect_score(uint32 tickets) public {
        tickets = uint32(bound(tickets, 1, 100));
        uint256 before = broker.purseOf(viewer).balance;
        uint256 reward = _claimed(tickets, false);
        uint256 back = broker.creditOf(relay) + broker.creditOf(payee);
        uint256 cost = before - broker.purseOf(viewer).balance - back;
        assertEq(cost, tickets * FEE);
        assertLt(reward, cost);
        assertEq(cost - reward, cost / 5);
    }

    function testFuzz_washing_never_raises_the_subsidy(uint32 tickets) public {
        tickets = uint32(bound(tickets, 1, 100));
        uint256 snapshot = vm.snapshotState();
        uint256 idle = _claimed(0, true);
        vm.revertToState(snapshot);
        uint256 washing = _claimed(tickets, true);
        assertEq(idle, BUDGET / 5, "the cap");
        assertLt(washing - idle, tickets * FEE, "what washing adds is less than what it costs");
    }

    /* A DISHONEST MAJORITY OF REPORTERS */

    function test_dishonest_majority_can_give_at_most_an_epochs_bound() public {
        uint32 epoch = _now();
        _earn(40);
        _note();
        _toReports(epoch);
        // The edge serves nothing; three of five reporters say it is perfect.
        oracle.submit(_signed(_good(relay, epoch), 0, 3));
        oracle.submit(_signed(_awful(relay, epoch), 3, 2));
        _toEntry(epoch);
        rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        rewards.settle(relay, 1);
        assertEq(rewards.accountOf(relay).accrued, 40 * FEE * 4 / 5 + BUDGET / 5);
        assertLe(rewards.accountOf(relay).accrued, 40 * FEE * 4 / 5 + BUDGET);
    }

    function test_dishonest_majority_can_take_at_most_an_epochs_rewards_and_as_much_of_unclaimed_ones() public {
        _epoch(100, _good(relay, 0));
        vm.prank(alice);
        uint256 claimed = rewards.claim(relay, alice);
        _epoch(60, _good(relay, 0));
        uint256 accrued = rewards.accountOf(relay).accrued;
        uint256 stake = staking.stakeOf(relay);
        uint256 credit = broker.creditOf(relay);
        uint256 purse = broker.purseOf(viewer).balance;
        uint32 epoch = _now();
        _toReports(epoch);
        oracle.submit(_signed(_awful(relay, epoch), 0, 3));
        oracle.submit(_signed(_good(relay, epoch), 3, 2));
        _toSettling(epoch);
        rewards.settle(relay, 1);
        // Without fees and entry the epoch could have brought nothing, so nothing is lost either.
        assertEq(rewards.accountOf(relay).accrued, accrued);
        epoch = _now();
        _earn(10);
        _note();
        _toReports(epoch);
        oracle.submit(_signed(_awful(relay, epoch), 0, 3));
        _toSettling(epoch);
        rewards.settle(relay, 1);
        assertGe(rewards.accountOf(relay).accrued, accrued - 10 * FEE * 4 / 5);
        assertEq(usdc.balanceOf(alice), claimed, "paid is paid");
        assertEq(staking.stakeOf(relay), stake, "stakes are out of reach");
        assertEq(broker.creditOf(relay), credit + 10 * 35_000, "so are credits");
        assertEq(broker.purseOf(viewer).balance, purse - 10 * 50_000, "and purses");
        for (uint256 i; i < REPORTERS; ++i) {
            assertEq(oracle.reporterOf(_reporter(i)).bond, BOND, "and honest reporters' bonds");
        }
    }

    function test_dishonest_majority_can_suspend_no_more_than_down_to_the_quorum() public {
        for (uint256 i; i < 9; ++i) {
            uint32 epoch = _now();
            _toReports(epoch);
            oracle.submit(_signed(_awful(relay, epoch), 0, 3));
            oracle.submit(_signed(_good(relay, epoch), 3, 2));
            _toEntry(epoch);
            oracle.finalise(relay, epoch);
        }
        assertEq(oracle.reporterCount(), 3);
        assertEq(oracle.reporterOf(_reporter(4)).bond, BOND);
    }

    /* DECOUPLING */

    function test_redemption_never_depends_on_rewards() public {
        // Rewards, oracle and their pot are gone altogether.
        vm.etch(address(rewards), hex"fe");
        vm.etch(address(oracle), hex"fe");
        vm.etch(address(timelock), hex"fe");
        assertEq(_redeem(_winner(900)), Outcome.Redeemed);
        vm.prank(relay);
        broker.withdraw(relay, 35_000);
        assertEq(usdc.balanceOf(relay), 35_000);
    }

    function test_silent_reporters_do_not_block_claims() public {
        _epoch(100, _good(relay, 0));
        uint256 accrued = rewards.accountOf(relay).accrued;
        for (uint256 i; i < 5; ++i) {
            _earn(1);
            _note();
            vm.warp(vm.getBlockTimestamp() + DAY);
        }
        vm.prank(alice);
        assertEq(rewards.claim(relay, alice), accrued);
    }

    function test_reporters_that_all_left_do_not_block_claims() public {
        _epoch(100, _good(relay, 0));
        uint256 accrued = rewards.accountOf(relay).accrued;
        for (uint256 i; i < REPORTERS; ++i) {
            uint256 key = REPORTER_KEY + i;
            oracle.proveEquivocation(_signReport(key, _good(relay, 1)), _signReport(key, _awful(relay, 1)));
        }
        assertEq(oracle.reporterCount(), 0);
        _earn(3);
        _note();
        vm.warp(vm.getBlockTimestamp() + 2 * uint256(DAY));
        vm.prank(alice);
        assertEq(rewards.claim(relay, alice), accrued);
    }

    /// @dev Reports that arrive in any state never make the score's arithmetic fail.
    function testFuzz_settling_never_reverts_whatever_was_reported(
        uint32[5] memory a,
        uint16[5] memory b,
        uint16[5] memory c
    ) public {
        uint32 epoch = _now();
        _earn(3);
        _note();
        _toReports(epoch);
        for (uint256 i; i < 5; ++i) {
            Report memory report = Report(relay, epoch, a[i], b[i] % 10_001, c[i] % 10_001);
            if (a[i] % 5 != 0) _submit(_signReport(REPORTER_KEY + i, report));
        }
        _toEntry(epoch);
        rewards.enter(_list(relay), epoch);
        _toSettling(epoch);
        assertEq(rewards.settle(relay, 1), epoch + 1);
        assertLe(rewards.accountOf(relay).accrued, 3 * FEE * 4 / 5 + BUDGET / 5);
    }
}
