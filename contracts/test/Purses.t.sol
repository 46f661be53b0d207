// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TicketBroker} from "../src/TicketBroker.sol";
import {Config, Outcome, Purse} from "../src/interfaces/ITicketBroker.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Events} from "../src/libraries/Events.sol";
import {ContractWallet} from "./helpers/ContractWallet.sol";
import {Fixture} from "./helpers/Fixture.sol";

contract PursesTest is Fixture {
    bytes32 private constant SALT = keccak256("salt");

    /* CONSTRUCTION */

    function test_exit_delay_below_three_epochs_is_refused() public {
        Config memory config = _config();
        config.exitDelay = 3 * DAY - 1;
        vm.expectRevert(Errors.BadConfig.selector);
        new TicketBroker(config);
    }

    function test_bad_bounds_are_refused() public {
        Config memory config = _config();
        config.minFaceValue = 0;
        vm.expectRevert(Errors.BadConfig.selector);
        new TicketBroker(config);
        config.minFaceValue = 1_000_001;
        vm.expectRevert(Errors.BadConfig.selector);
        new TicketBroker(config);
        config.minFaceValue = 1;
        config.maxFaceValue = 5_000_001;
        vm.expectRevert(Errors.BadConfig.selector);
        new TicketBroker(config);
        config.maxFaceValue = 5_000_000;
        config.epochSeconds = 0;
        vm.expectRevert(Errors.BadConfig.selector);
        new TicketBroker(config);
        config.epochSeconds = DAY;
        config.treasury = address(0);
        vm.expectRevert(Errors.BadConfig.selector);
        new TicketBroker(config);
    }

    /* DEPOSIT BY AUTHORIZATION */

    function _deposit(uint256 amount, uint256 fee, uint256 maxFee, bytes memory bind) private {
        bytes32 nonce = broker.authorizationNonce(alice, viewer, maxFee, SALT);
        bytes memory signature = _authorize(aliceKey, amount, nonce);
        vm.prank(keeper);
        broker.depositWithAuthorization(alice, viewer, amount, fee, maxFee, SALT, 0, type(uint256).max, signature, bind);
    }

    function test_relayed_deposit_fills_the_purse_and_credits_the_fee() public {
        _give(alice, 3e6);
        bytes memory bind = _bind(alice, viewerKey);
        bytes32 nonce = broker.authorizationNonce(alice, viewer, 10_000, SALT);
        assertEq(nonce, keccak256(abi.encode(alice, viewer, uint256(10_000), SALT)));
        bytes memory signature = _authorize(aliceKey, 3e6, nonce);
        vm.expectEmit(address(broker));
        emit Events.PurseOpened(alice, viewer);
        vm.expectEmit(address(broker));
        emit Events.Deposited(alice, viewer, 3e6 - 8_000, 8_000, 3e6 - 8_000);
        vm.prank(keeper);
        broker.depositWithAuthorization(alice, viewer, 3e6, 8_000, 10_000, SALT, 0, type(uint256).max, signature, bind);
        Purse memory purse = broker.purseOf(viewer);
        assertEq(purse.owner, alice);
        assertEq(purse.balance, 3e6 - 8_000);
        assertEq(broker.creditOf(keeper), 8_000);
        assertEq(broker.heldBy(alice), 3e6 - 8_000);
        assertEq(broker.pursesOf(alice)[0], viewer);
        assertEq(usdc.balanceOf(address(broker)), 3e6);
    }

    function test_relayer_cannot_take_more_than_the_signed_fee() public {
        _give(alice, 3e6);
        bytes memory bind = _bind(alice, viewerKey);
        bytes32 nonce = broker.authorizationNonce(alice, viewer, 10_000, SALT);
        bytes memory signature = _authorize(aliceKey, 3e6, nonce);
        vm.expectRevert(Errors.FeeAboveMaximum.selector);
        broker.depositWithAuthorization(alice, viewer, 3e6, 10_001, 10_000, SALT, 0, type(uint256).max, signature, bind);
        // A higher maximum is another nonce, which the owner did not sign.
        vm.expectRevert();
        broker.depositWithAuthorization(alice, viewer, 3e6, 10_001, 10_001, SALT, 0, type(uint256).max, signature, bind);
    }

    function test_relayer_cannot_fill_another_purse_with_it() public {
        _give(alice, 3e6);
        bytes32 nonce = broker.authorizationNonce(alice, viewer, 0, SALT);
        bytes memory signature = _authorize(aliceKey, 3e6, nonce);
        bytes memory bind = _bind(alice, relayKey);
        vm.expectRevert();
        broker.depositWithAuthorization(alice, relay, 3e6, 0, 0, SALT, 0, type(uint256).max, signature, bind);
    }

    function test_authorization_cannot_be_front_run_into_a_plain_transfer() public {
        _give(alice, 3e6);
        bytes32 nonce = broker.authorizationNonce(alice, viewer, 0, SALT);
        bytes memory signature = _authorize(aliceKey, 3e6, nonce);
        vm.prank(keeper);
        vm.expectRevert("FiatTokenV2: caller must be the payee");
        usdc.receiveWithAuthorization(alice, address(broker), 3e6, 0, type(uint256).max, nonce, signature);
    }

    function test_contract_wallet_deposits_by_the_bytes_form() public {
        address wallet = address(new ContractWallet(alice));
        _give(wallet, 2e6);
        bytes32 nonce = broker.authorizationNonce(wallet, viewer, 0, SALT);
        bytes memory inner = _sign(aliceKey, _authorizationDigest(wallet, 2e6, nonce));
        // The wallet wants more than 65 bytes, and one of 65 works as well.
        broker.depositWithAuthorization(
            wallet,
            viewer,
            2e6,
            0,
            0,
            SALT,
            0,
            type(uint256).max,
            bytes.concat(inner, "guard"),
            _bind(wallet, viewerKey)
        );
        assertEq(broker.purseOf(viewer).owner, wallet);
        _give(wallet, 1e6);
        nonce = broker.authorizationNonce(wallet, viewer, 0, "again");
        inner = _sign(aliceKey, _authorizationDigest(wallet, 1e6, nonce));
        broker.depositWithAuthorization(wallet, viewer, 1e6, 0, 0, "again", 0, type(uint256).max, inner, "");
        assertEq(broker.purseOf(viewer).balance, 3e6);
    }

    function test_deposit_that_the_fee_eats_up_is_refused() public {
        _give(alice, 10_000);
        bytes memory bind = _bind(alice, viewerKey);
        bytes32 nonce = broker.authorizationNonce(alice, viewer, 10_000, SALT);
        bytes memory signature = _authorize(aliceKey, 10_000, nonce);
        vm.expectRevert(Errors.ZeroAmount.selector);
        broker.depositWithAuthorization(
            alice, viewer, 10_000, 10_000, 10_000, SALT, 0, type(uint256).max, signature, bind
        );
    }

    /* DEPOSIT BY PERMIT AND ALLOWANCE */

    function test_deposit_by_permit() public {
        _give(alice, 5e6);
        bytes memory permit = _permit(aliceKey, 5e6);
        bytes memory bind = _bind(alice, viewerKey);
        vm.prank(alice);
        broker.depositWithPermit(viewer, 5e6, type(uint256).max, permit, bind);
        assertEq(broker.purseOf(viewer).balance, 5e6);
    }

    function test_permit_sent_first_by_somebody_else_does_no_harm() public {
        _give(alice, 5e6);
        bytes memory permit = _permit(aliceKey, 5e6);
        bytes memory bind = _bind(alice, viewerKey);
        vm.prank(keeper);
        usdc.permit(alice, address(broker), 5e6, type(uint256).max, permit);
        vm.prank(alice);
        broker.depositWithPermit(viewer, 5e6, type(uint256).max, permit, bind);
        assertEq(broker.purseOf(viewer).balance, 5e6);
    }

    function test_permit_of_another_cannot_be_spent() public {
        _give(alice, 5e6);
        bytes memory permit = _permit(aliceKey, 5e6);
        bytes memory bind = _bind(keeper, viewerKey);
        vm.prank(keeper);
        vm.expectRevert();
        broker.depositWithPermit(viewer, 5e6, type(uint256).max, permit, bind);
    }

    function test_zero_and_above_the_cap_are_two_errors() public {
        bytes memory bind = _bind(alice, viewerKey);
        vm.startPrank(alice);
        vm.expectRevert(Errors.ZeroAmount.selector);
        broker.deposit(viewer, 0, bind);
        vm.stopPrank();
        _give(alice, 60e6);
        vm.startPrank(alice);
        usdc.approve(address(broker), 60e6);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapExceeded.selector, 0, 50e6 + 1));
        broker.deposit(viewer, 50e6 + 1, bind);
        broker.deposit(viewer, 50e6, bind);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapExceeded.selector, 50e6, 1));
        broker.deposit(viewer, 1, "");
    }

    /* BINDING */

    function test_viewing_key_cannot_be_squatted() public {
        _give(keeper, 2e6);
        bytes memory own = _bind(alice, viewerKey);
        bytes memory foreign = _sign(relayKey, broker.bindDigest(keeper, viewer));
        vm.startPrank(keeper);
        usdc.approve(address(broker), 2e6);
        vm.expectRevert(Errors.BadBinding.selector);
        broker.deposit(viewer, 1e6, own);
        vm.expectRevert(Errors.BadBinding.selector);
        broker.deposit(viewer, 1e6, foreign);
        vm.expectRevert(Errors.BadBinding.selector);
        broker.deposit(viewer, 1e6, "");
        vm.expectRevert(Errors.BadBinding.selector);
        broker.deposit(address(0), 1e6, new bytes(65));
        vm.stopPrank();
        _fund(alice, viewerKey, 1e6);
        bytes memory late = _bind(keeper, viewerKey);
        vm.prank(keeper);
        vm.expectRevert(Errors.NotPurseOwner.selector);
        broker.deposit(viewer, 1e6, late);
    }

    function test_an_empty_key_stays_with_its_first_owner() public {
        _fund(alice, viewerKey, 1e6);
        _leave(alice, viewer, 1e6);
        _give(keeper, 1e6);
        bytes memory bind = _bind(keeper, viewerKey);
        vm.startPrank(keeper);
        usdc.approve(address(broker), 1e6);
        vm.expectRevert(Errors.NotPurseOwner.selector);
        broker.deposit(viewer, 1e6, bind);
    }

    /* FOUR PURSES, ONE CAP */

    function test_four_purses_share_one_cap() public {
        for (uint256 i; i < 4; ++i) {
            _fund(alice, 100 + i, 12e6);
        }
        assertEq(broker.heldBy(alice), 48e6);
        _give(alice, 3e6);
        bytes memory bind = _bind(alice, 104);
        vm.startPrank(alice);
        usdc.approve(address(broker), 3e6);
        vm.expectRevert(Errors.TooManyPurses.selector);
        broker.deposit(vm.addr(104), 1e6, bind);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapExceeded.selector, 48e6, 3e6));
        broker.deposit(vm.addr(103), 3e6, "");
        broker.deposit(vm.addr(103), 2e6, "");
    }

    function test_an_empty_purse_gives_its_place_and_may_come_back() public {
        for (uint256 i; i < 4; ++i) {
            _fund(alice, 100 + i, 1e6);
        }
        _leave(alice, vm.addr(101), 1e6);
        _fund(alice, 104, 1e6);
        assertEq(broker.pursesOf(alice)[1], vm.addr(104));
        _give(alice, 1e6);
        vm.startPrank(alice);
        usdc.approve(address(broker), 1e6);
        vm.expectRevert(Errors.TooManyPurses.selector);
        broker.deposit(vm.addr(101), 1e6, "");
        vm.stopPrank();
        _leave(alice, vm.addr(100), 1e6);
        vm.prank(alice);
        broker.deposit(vm.addr(101), 1e6, "");
        assertEq(broker.pursesOf(alice)[0], vm.addr(101));
        assertEq(broker.heldBy(alice), 4e6);
    }

    function test_exiting_money_counts_against_the_cap() public {
        _fund(alice, viewerKey, 50e6);
        vm.prank(alice);
        broker.requestExit(viewer, 50e6);
        _give(alice, 1);
        bytes memory bind = _bind(alice, 100);
        vm.startPrank(alice);
        usdc.approve(address(broker), 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapExceeded.selector, 50e6, 1));
        broker.deposit(vm.addr(100), 1, bind);
    }

    /* EXIT */

    function _leave(address owner, address key, uint256 amount) private {
        vm.startPrank(owner);
        broker.requestExit(key, amount);
        vm.warp(vm.getBlockTimestamp() + 3 * DAY);
        broker.finishExit(key, owner);
        vm.stopPrank();
    }

    function test_partial_exit_pays_any_address_after_the_delay() public {
        _fund(alice, viewerKey, 5e6);
        vm.startPrank(alice);
        vm.expectEmit(address(broker));
        emit Events.ExitRequested(alice, viewer, 2e6, vm.getBlockTimestamp() + 3 * DAY);
        broker.requestExit(viewer, 2e6);
        vm.warp(vm.getBlockTimestamp() + 3 * DAY - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.ExitNotDue.selector, vm.getBlockTimestamp() + 1));
        broker.finishExit(viewer, keeper);
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.expectEmit(address(broker));
        emit Events.ExitFinished(alice, viewer, keeper, 2e6);
        broker.finishExit(viewer, keeper);
        vm.expectRevert(Errors.NothingLeaving.selector);
        broker.finishExit(viewer, keeper);
        vm.stopPrank();
        assertEq(usdc.balanceOf(keeper), 2e6);
        Purse memory purse = broker.purseOf(viewer);
        assertEq(purse.balance, 3e6);
        assertEq(purse.exiting, 0);
        assertEq(purse.exitAt, 0);
    }

    function test_deposit_does_not_cancel_an_exit() public {
        _fund(alice, viewerKey, 5e6);
        vm.prank(alice);
        broker.requestExit(viewer, 5e6);
        uint256 due = broker.purseOf(viewer).exitAt;
        _fund(alice, viewerKey, 1);
        assertEq(broker.purseOf(viewer).exitAt, due);
        assertEq(broker.purseOf(viewer).exiting, 5e6);
    }

    function test_tickets_are_paid_during_an_exit_out_of_leaving_money_last() public {
        _fund(alice, viewerKey, 3 * FACE);
        vm.prank(alice);
        broker.requestExit(viewer, 2 * FACE);
        assertEq(_redeem(_winner(1)), Outcome.Redeemed);
        assertEq(broker.purseOf(viewer).exiting, 2 * FACE);
        assertEq(_redeem(_winner(2)), Outcome.Redeemed);
        assertEq(broker.purseOf(viewer).exiting, FACE);
        assertGt(broker.purseOf(viewer).exitAt, 0);
        assertEq(_redeem(_winner(3)), Outcome.Redeemed);
        assertEq(broker.purseOf(viewer).exiting, 0);
        assertEq(broker.purseOf(viewer).exitAt, 0);
        vm.warp(vm.getBlockTimestamp() + 3 * DAY);
        vm.prank(alice);
        vm.expectRevert(Errors.NothingLeaving.selector);
        broker.finishExit(viewer, alice);
    }

    function test_every_ticket_dies_before_an_exit_that_was_requested_after_it() public {
        _fund(alice, viewerKey, 1e6);
        // The longest-lived ticket: signed at the last moment before the request, in an epoch that has just begun.
        vm.prank(alice);
        broker.requestExit(viewer, 1e6);
        uint256 dies = (uint256(broker.currentEpoch()) + 2) * DAY;
        assertLe(dies + DAY, uint256(broker.purseOf(viewer).exitAt));
    }

    function test_only_the_owner_exits() public {
        _fund(alice, viewerKey, 1e6);
        vm.startPrank(viewer);
        vm.expectRevert(Errors.NotPurseOwner.selector);
        broker.requestExit(viewer, 1);
        vm.expectRevert(Errors.NotPurseOwner.selector);
        broker.finishExit(viewer, viewer);
        vm.stopPrank();
        vm.startPrank(alice);
        vm.expectRevert(Errors.InsufficientBalance.selector);
        broker.requestExit(viewer, 1e6 + 1);
        vm.expectRevert(Errors.NothingLeaving.selector);
        broker.finishExit(viewer, alice);
        broker.requestExit(viewer, 1e6);
        broker.requestExit(viewer, 0);
        assertEq(broker.purseOf(viewer).exitAt, 0);
        broker.requestExit(viewer, 1e6);
        vm.warp(vm.getBlockTimestamp() + 3 * DAY);
        vm.expectRevert(Errors.BadRecipient.selector);
        broker.finishExit(viewer, address(0));
        vm.expectRevert(Errors.BadRecipient.selector);
        broker.finishExit(viewer, address(broker));
    }
}
