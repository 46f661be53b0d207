// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EdgeAccount} from "../../src/interfaces/IEdgeReward.sol";
import {Reporter} from "../../src/interfaces/ISLAOracle.sol";
import {RewardsFixture} from "../helpers/RewardsFixture.sol";
import {Parts, RewardsHandler} from "./RewardsHandler.sol";

contract RewardsInvariants is RewardsFixture {
    uint256 private constant STREAM_POT = 10_000e18;

    RewardsHandler private handler;
    uint256 private stakes;

    function setUp() public override {
        super.setUp();
        handler = new RewardsHandler(
            Parts(
                broker,
                staking,
                oracle,
                rewards,
                stream20,
                feed,
                usdc,
                minter,
                treasury,
                address(timelock),
                REPORTER_KEY
            )
        );
        vm.prank(foundation);
        assertTrue(stream20.transfer(address(rewards), STREAM_POT));
        stakes = usdc.balanceOf(address(staking));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](16);
        selectors[0] = RewardsHandler.pass.selector;
        selectors[1] = RewardsHandler.earn.selector;
        selectors[2] = RewardsHandler.note.selector;
        selectors[3] = RewardsHandler.stand.selector;
        selectors[4] = RewardsHandler.report.selector;
        selectors[5] = RewardsHandler.enter.selector;
        selectors[6] = RewardsHandler.moveBond.selector;
        selectors[7] = RewardsHandler.equivocate.selector;
        selectors[8] = RewardsHandler.withdrawCredit.selector;
        selectors[9] = RewardsHandler.fund.selector;
        selectors[10] = RewardsHandler.settle.selector;
        selectors[11] = RewardsHandler.claim.selector;
        selectors[12] = RewardsHandler.claimInStream.selector;
        selectors[13] = RewardsHandler.setParameters.selector;
        selectors[14] = RewardsHandler.changeReporters.selector;
        selectors[15] = RewardsHandler.day.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all, since each invariant of its own would walk the same paths again.
    function invariant_usdc_is_conserved_rewards_stay_below_their_bound_and_bonds_are_taken_for_equivocation_only()
        public
        view
    {
        _checkConservation();
        _checkBounds();
        _checkBonds();
    }

    /// @dev What came into the pot is there or was paid; what is owed is what was rewarded and neither paid nor penalised.
    function _checkConservation() private view {
        assertEq(usdc.balanceOf(address(rewards)) + handler.paidUsdc(), handler.funded(), "pot");
        assertEq(stream20.balanceOf(address(rewards)) + handler.paidStream(), STREAM_POT, "pot of STREAM");
        uint256 owed;
        uint256 fees;
        for (uint256 i; i < handler.EDGES(); ++i) {
            EdgeAccount memory account = rewards.accountOf(handler.edge(i));
            owed += uint256(account.accrued) + account.due;
            (, uint256 total) = broker.treasuryFeesOf(handler.edge(i));
            fees += total;
        }
        assertEq(owed + handler.paidUsdc() + handler.takenInStream() + handler.penalised(), handler.rewarded(), "owed");
        uint256 noted;
        for (uint256 epoch = handler.FIRST_EPOCH(); epoch <= rewards.currentEpoch(); ++epoch) {
            noted += handler.notedIn(epoch);
        }
        assertLe(noted, fees, "no fee is noted twice");
        assertEq(usdc.balanceOf(address(staking)), stakes, "stakes are out of reach");
    }

    function _checkBounds() private view {
        for (uint256 epoch = handler.FIRST_EPOCH(); epoch <= rewards.currentEpoch(); ++epoch) {
            assertLe(handler.feeRewardsIn(epoch) * 10_000, handler.notedIn(epoch) * 8000, "0.8 of the fees");
            assertLe(handler.subsidiesIn(epoch), rewards.subsidyBudgetOf(uint32(epoch)), "the subsidy budget");
        }
        assertLe(handler.penalised(), handler.rewarded());
    }

    function _checkBonds() private view {
        uint256 bonds;
        uint256 named;
        for (uint256 i; i < handler.REPORTERS(); ++i) {
            Reporter memory reporter = oracle.reporterOf(handler.reporter(i));
            assertEq(reporter.bond, handler.bondOf(handler.reporter(i)), "taken for equivocation only");
            assertTrue(reporter.bond == 0 || reporter.bond == BOND);
            bonds += reporter.bond;
            if (reporter.until == type(uint32).max) ++named;
        }
        uint256 credits = oracle.creditOf(treasury) + oracle.creditOf(address(handler));
        assertEq(usdc.balanceOf(address(oracle)), bonds + credits, "bonds and credits");
        assertEq(handler.slashed(), credits + handler.creditsWithdrawn(), "slashed");
        assertEq(oracle.reporterCount(), named);
        assertLe(named, 5);
    }

    /// @dev The campaign must have done something: one long walk by itself scores, settles and claims.
    function test_the_handler_reaches_scores_settlements_and_claims() public {
        for (uint256 i; i < 300; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            handler.earn(seed, seed >> 8);
            handler.note();
            handler.report(seed, 0, 8, seed >> 16, seed % 7 == 0);
            handler.enter();
            handler.pass(seed >> 24);
            if (i % 3 == 0) handler.settle(seed, seed >> 32);
            if (i % 5 == 0) handler.claim(seed >> 40);
            if (i % 7 == 0) handler.claimInStream(seed >> 48, seed >> 56);
            if (i % 10 == 0) handler.fund(seed >> 64);
            if (i % 20 == 0) handler.setParameters(seed >> 72, seed >> 80, seed >> 88);
            if (i % 25 == 0) handler.changeReporters(seed >> 96);
            if (i % 40 == 0) handler.moveBond(seed >> 104);
            if (i == 250) handler.equivocate(1, 4);
        }
        assertGt(handler.scored(), 30);
        assertGt(handler.settlements(), 50);
        assertGt(handler.claims(), 20);
        assertGt(handler.penalised(), 0);
        assertGt(handler.paidStream(), 0);
        assertEq(handler.slashed(), BOND);
        _checkConservation();
        _checkBounds();
        _checkBonds();
    }
}
