// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorization} from "../../src/interfaces/IKeyMarket.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {KeysFixture} from "../helpers/KeysFixture.sol";

/// @notice Gas of whole transactions (intrinsic gas and calldata included) in steady state: senders own a key, USDC balances, allowances and credits are not zero.
contract StreamKeysGasTest is KeysFixture {
    address private key = makeAddr("signing key");

    function setUp() public override {
        super.setUp();
        // A second key each, so that all balances exist; money that stays, so that no slot is emptied.
        _mintTo(broadcaster, "Second");
        _mintTo(alice, "Alice's");
        _mintTo(renter, "Renter's");
        vm.startPrank(broadcaster);
        keys.offerRent(stream, 1e6, 30);
        keys.offerSale(stream, 100e6);
        vm.stopPrank();
        _allow(renter, 1000e6);
        _allow(alice, 1000e6);
        uint256 other = _mintTo(broadcaster, "Third");
        vm.prank(broadcaster);
        keys.offerRent(other, 1e6, 30);
        vm.prank(renter);
        keys.rent(other, 1, 1e6);
    }

    function _measured(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("streamKeys", name, gas);
    }

    /// forge-config: default.isolate = true
    function test_gas_mint() public {
        vm.prank(broadcaster);
        keys.mint("Big Buck Bunny", "film", 1000, Terms(broadcaster, 7000, 2500, 10_000));
        assertLe(_measured("mint"), 90_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_mint_with_30_bytes_of_text() public {
        vm.prank(broadcaster);
        keys.mint("The longest title that", "fits one", 1000, Terms(broadcaster, 7000, 2500, 10_000));
        assertLe(_measured("mintLongestPacked"), 90_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_mint_for_another_payee() public {
        vm.prank(broadcaster);
        keys.mint("Big Buck Bunny", "film", 1000, _terms(7000, 2500));
        _measured("mintForAnotherPayee");
    }

    /// forge-config: default.isolate = true
    function test_gas_first_rent_of_a_key() public {
        vm.prank(renter);
        keys.rent(stream, 7, 7e6);
        assertLe(_measured("firstRent"), 100_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_rent() public {
        vm.prank(renter);
        keys.rent(stream, 1, 1e6);
        vm.warp(vm.getBlockTimestamp() + 2 * DAY);
        vm.prank(renter);
        keys.rent(stream, 7, 7e6);
        assertLe(_measured("rent"), 100_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_rent_that_ends_a_delegation() public {
        vm.prank(broadcaster);
        keys.delegate(stream, key, uint64(vm.getBlockTimestamp()), type(uint64).max);
        vm.prank(renter);
        keys.rent(stream, 7, 7e6);
        _measured("firstRentEndingADelegation");
    }

    /// forge-config: default.isolate = true
    function test_gas_rent_with_an_ended_key_in_the_list() public {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        vm.prank(broadcaster);
        keys.delegate(stream, key, now_, now_ + 1);
        vm.warp(now_ + 1);
        vm.prank(renter);
        keys.rent(stream, 7, 7e6);
        _measured("firstRentWithAnEndedKey");
    }

    /// forge-config: default.isolate = true
    function test_gas_relayed_rent() public {
        Authorization memory signed = _authorization(1000, 1000, _signRent(7, 7e6, 1000));
        vm.prank(broadcaster);
        keys.rentWithAuthorization(renter, stream, 7, 7e6, signed);
        _measured("firstRentRelayed");
    }

    /// forge-config: default.isolate = true
    function test_gas_prolonging() public {
        vm.prank(renter);
        keys.rent(stream, 7, 7e6);
        vm.prank(renter);
        keys.rent(stream, 7, 7e6);
        assertLe(_measured("prolong"), 100_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_sale() public {
        vm.prank(alice);
        keys.buy(stream, 100e6, 0);
        _measured("buy");
    }

    /// forge-config: default.isolate = true
    function test_gas_transfer() public {
        vm.prank(broadcaster);
        keys.offerSale(stream, 0);
        vm.prank(broadcaster);
        keys.offerRent(stream, 0, 0);
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, stream);
        _measured("transfer");
    }

    /// forge-config: default.isolate = true
    function test_gas_first_transfer_writes_the_terms_out() public {
        uint256 fresh = _mintTo(broadcaster, "Fresh");
        vm.prank(broadcaster);
        keys.transferFrom(broadcaster, alice, fresh);
        _measured("firstTransferOfInlineTerms");
    }

    /// forge-config: default.isolate = true
    function test_gas_delegate() public {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        vm.prank(broadcaster);
        keys.delegate(stream, key, now_, now_ + DAY);
        _measured("delegateFirst");
        vm.prank(broadcaster);
        keys.delegate(stream, renter, now_, now_ + DAY);
        _measured("delegate");
        vm.prank(broadcaster);
        keys.delegate(stream, renter, now_, now_ + 2 * DAY);
        _measured("prolongDelegation");
    }

    /// forge-config: default.isolate = true
    function test_gas_terms() public {
        vm.prank(broadcaster);
        keys.setTerms(stream, _terms(6000, 3500));
        _measured("setTerms");
        uint256 inlined = _mintTo(broadcaster, "Inline");
        keys.termsOf(stream, 1);
        uint256 stored = vm.lastCallGas().gasTotalUsed;
        keys.termsOf(inlined, 1);
        uint256 beside = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("streamKeys", "termsOfInlineOverStored", beside - stored);
        // One more cold slot, and the warm one again.
        assertLe(beside - stored, 2_800);
    }

    function test_size_of_the_keys() public view {
        assertLe(address(keys).code.length, 24_576);
    }
}
