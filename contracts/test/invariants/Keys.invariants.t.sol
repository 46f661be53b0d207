// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StreamKeys} from "../../src/StreamKeys.sol";
import {KeysConfig, Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Fixture} from "../helpers/Fixture.sol";
import {KeysHandler} from "./KeysHandler.sol";

contract KeysInvariants is Fixture {
    KeysHandler private handler;

    function setUp() public override {
        super.setUp();
        keys = new StreamKeys(KeysConfig(address(usdc), treasury, address(fraudProofs), 333));
        handler = new KeysHandler(keys, usdc, minter, address(fraudProofs));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](13);
        selectors[0] = KeysHandler.pass.selector;
        selectors[1] = KeysHandler.offer.selector;
        selectors[2] = KeysHandler.lend.selector;
        selectors[3] = KeysHandler.give.selector;
        selectors[4] = KeysHandler.rent.selector;
        selectors[5] = KeysHandler.buy.selector;
        selectors[6] = KeysHandler.setTerms.selector;
        selectors[7] = KeysHandler.delegate.selector;
        selectors[8] = KeysHandler.prolong.selector;
        selectors[9] = KeysHandler.revoke.selector;
        selectors[10] = KeysHandler.withdraw.selector;
        selectors[11] = KeysHandler.sweep.selector;
        selectors[12] = KeysHandler.evict.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all, since each invariant of its own would walk the same paths again.
    function invariant_renters_stay_money_is_conserved_terms_and_keys_never_act_backwards() public view {
        _check();
    }

    function _check() private view {
        for (uint256 stream = 1; stream <= handler.STREAMS(); ++stream) {
            _checkTenancy(stream);
            _checkTerms(stream);
        }
        _checkKeys();
        _checkMoney();
    }

    /// @dev A renter is there until the second that he paid for, whatever anybody did.
    function _checkTenancy(uint256 stream) private view {
        assertEq(keys.ownerOf(stream), handler.owner(stream), "owner");
        assertEq(keys.userExpires(stream), handler.expires(stream), "expires");
        assertEq(keys.userOf(stream), handler.runs(stream) ? handler.user(stream) : address(0), "user");
        assertEq(keys.broadcasterOf(stream), handler.broadcaster(stream), "broadcaster");
    }

    /// @dev Every version is what it was when it was set, and the one in force is of whoever broadcasts if he has set any.
    function _checkTerms(uint256 stream) private view {
        bytes32[] memory hashes = handler.termsOf(stream);
        for (uint32 i; i < hashes.length; ++i) {
            assertEq(keccak256(abi.encode(keys.termsOf(stream, i + 1))), hashes[i], "terms");
        }
        assertEq(keys.termsOf(stream, uint32(hashes.length + 1)).payee, address(0));
        (uint32 version, Terms memory latest) = keys.latestTerms(stream);
        uint32 expected = handler.runs(stream) ? handler.usersTerms(stream) : 0;
        if (expected == 0) expected = handler.ownersTerms(stream);
        assertEq(version, expected, "version in force");
        assertEq(keccak256(abi.encode(latest)), hashes[version - 1]);
    }

    /// @dev A key signs until its broadcaster, an offence or a change of the broadcaster ended it, and never again; a renter's ends with his rental at the
    /// latest.
    function _checkKeys() private view {
        uint256 now_ = vm.getBlockTimestamp();
        KeysHandler.Given[] memory given = handler.given();
        for (uint256 i; i < given.length; ++i) {
            (uint64 from, uint64 until) = keys.delegationOf(given[i].stream, given[i].key);
            assertEq(from, given[i].from, "from");
            assertEq(until, given[i].until, "until");
            bool live = from <= now_ && now_ < until;
            if (live && handler.runs(given[i].stream)) assertTrue(given[i].renters, "an owner's key in a rental");
            if (live && given[i].renters) assertTrue(handler.runs(given[i].stream), "a renter's key after his rental");
            if (given[i].renters) assertLe(until, handler.expires(given[i].stream));
            assertEq(keys.isSigningKey(given[i].stream, given[i].key, uint64(now_)), live);
        }
        for (uint256 stream = 1; stream <= handler.STREAMS(); ++stream) {
            assertLe(keys.delegationsOf(stream).length, 16);
        }
    }

    /// @dev Every micro-USDC that came in is a credit, due to the treasury, or was paid out.
    function _checkMoney() private view {
        (uint256 credits, uint256 due, uint256 ever) = (keys.creditOf(address(handler)), 0, 0);
        for (uint256 i; i < handler.ACTORS(); ++i) {
            credits += keys.creditOf(handler.actor(i));
            (uint256 one, uint256 total) = keys.treasuryFeesOf(handler.actor(i));
            due += one;
            ever += total;
        }
        assertEq(usdc.balanceOf(address(keys)), credits + due, "held = credits + due");
        assertEq(
            handler.paid() + handler.changeAndFees(),
            credits + due + handler.withdrawn() + handler.swept(),
            "the parts of all prices are the prices"
        );
        assertEq(ever, due + handler.swept());
        assertEq(usdc.balanceOf(treasury), handler.swept());
    }

    /// @dev The campaign must have done something: one long walk by itself rents, sells and delegates.
    function test_the_handler_reaches_rent_and_sale() public {
        for (uint256 i; i < 120; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            handler.offer(seed, seed >> 8, seed >> 16, seed >> 24);
            handler.rent(seed >> 32, seed >> 40, seed >> 48, i % 2 == 0);
            handler.delegate(seed >> 56, seed >> 64, i % 3 == 0);
            handler.setTerms(seed >> 72, seed >> 80);
            if (i % 3 == 0) handler.buy(seed >> 88, seed >> 96, i % 2 == 0);
            if (i % 5 == 0) handler.give(seed >> 104, seed >> 112);
            handler.prolong(seed >> 120, seed >> 128);
            if (i % 4 == 0) handler.revoke(seed >> 136, i % 8 == 0);
            handler.evict(seed >> 136, seed >> 140, seed >> 144);
            handler.pass(seed >> 144);
            handler.withdraw(seed >> 152, seed >> 160);
            if (i % 20 == 0) handler.sweep();
            _check();
        }
        assertGt(handler.rents(), 30);
        assertGt(handler.sales(), 15);
        assertGt(handler.withdrawn(), 0);
        assertGt(handler.swept(), 0);
    }
}
