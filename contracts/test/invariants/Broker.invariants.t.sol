// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeysConfig} from "../../src/interfaces/IStreamKeys.sol";
import {Purse} from "../../src/interfaces/ITicketBroker.sol";
import {StreamKeys} from "../../src/StreamKeys.sol";
import {TicketBroker} from "../../src/TicketBroker.sol";
import {Config} from "../../src/interfaces/ITicketBroker.sol";
import {Fixture} from "../helpers/Fixture.sol";
import {BrokerHandler} from "./BrokerHandler.sol";

contract BrokerInvariants is Fixture {
    BrokerHandler private handler;

    function setUp() public override {
        super.setUp();
        // A key contract of its own, whose stream 1 belongs to the handler.
        keys = new StreamKeys(KeysConfig(address(usdc), treasury, address(fraudProofs), 500));
        Config memory config = _config();
        config.streamKeys = address(keys);
        broker = new TicketBroker(config);
        handler = new BrokerHandler(broker, keys, usdc, minter);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = BrokerHandler.deposit.selector;
        selectors[1] = BrokerHandler.requestExit.selector;
        selectors[2] = BrokerHandler.finishExit.selector;
        selectors[3] = BrokerHandler.pass.selector;
        selectors[4] = BrokerHandler.setTerms.selector;
        selectors[5] = BrokerHandler.win.selector;
        selectors[6] = BrokerHandler.redeem.selector;
        selectors[7] = BrokerHandler.withdraw.selector;
        selectors[8] = BrokerHandler.sweep.selector;
        selectors[9] = BrokerHandler.fill.selector;
        selectors[10] = BrokerHandler.squat.selector;
        selectors[11] = BrokerHandler.tip.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all, since each invariant of its own would walk the same paths again.
    function invariant_money_is_conserved_purses_keep_their_shape_and_the_cap_counts_all() public view {
        _checkConservation();
        _checkPurses();
        _checkLists();
    }

    /// @dev At the end of each walk nothing that was paid is paid again, however often its page is reused, and everybody can leave with all that is theirs.
    function afterInvariant() public {
        handler.replayAll(4);
        _checkConservation();
        handler.leave();
        handler.sweep();
        assertEq(usdc.balanceOf(address(broker)), 0, "nothing is left behind");
    }

    /// @dev Every micro-USDC that came in is in a purse, in a credit, due to the treasury, or was paid out.
    function _checkConservation() private view {
        assertEq(usdc.balanceOf(address(broker)), handler.balances() + handler.credits() + handler.feesDue(), "held");
        assertEq(
            handler.deposited(),
            handler.balances() + handler.exited() + handler.redeemed(),
            "deposited = left + exited + redeemed"
        );
        assertEq(
            handler.redeemed() + handler.tipped(),
            handler.credits() + handler.feesDue() + handler.withdrawn() + handler.swept(),
            "redeemed + tipped = credits + fees + paid out"
        );
        assertEq(usdc.balanceOf(treasury), handler.swept());
    }

    function _checkPurses() private view {
        for (uint256 i; i < 6; ++i) {
            Purse memory purse = broker.purseOf(handler.viewer(i));
            assertLe(purse.exiting, purse.balance);
            assertEq(purse.exiting == 0, purse.exitAt == 0);
            assertTrue(purse.owner != address(0) || purse.balance == 0);
        }
        for (uint256 i; i < 3; ++i) {
            assertLe(broker.heldBy(handler.owner(i)), broker.CAP());
        }
    }

    /// @dev The list of an owner's purses misses no money.
    function _checkLists() private view {
        uint256 listed;
        for (uint256 i; i < 3; ++i) {
            listed += broker.heldBy(handler.owner(i));
        }
        assertEq(listed, handler.balances());
    }

    /// @dev The campaign must have done something: one long walk by itself redeems.
    function test_the_handler_reaches_redemption() public {
        for (uint256 i; i < 200; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            handler.deposit(seed, seed >> 8);
            handler.win(seed, seed >> 16, seed >> 24, seed >> 32);
            handler.redeem(seed, seed >> 40);
            handler.withdraw(seed >> 72, seed >> 80);
            handler.setTerms(seed >> 88, seed >> 96);
            if (i % 10 == 0) handler.pass(seed >> 104);
            if (i % 20 == 0) handler.sweep();
            if (i % 30 == 0) handler.fill(seed);
            if (i % 7 == 0) handler.squat(seed >> 112, seed >> 120);
            if (i % 9 == 0) handler.tip(seed >> 128, seed >> 136);
            if (i % 80 == 0) handler.requestExit(1, 5e6);
            handler.finishExit(1);
        }
        assertGt(handler.redemptions(), 50);
        assertGt(handler.exited(), 0);
        assertGt(handler.swept(), 0);
        assertGt(handler.tipped(), 0);
        _checkConservation();
        afterInvariant();
    }
}
