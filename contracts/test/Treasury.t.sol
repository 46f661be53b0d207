// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./helpers/Fixture.sol";
import {ISafe, RealSafe} from "./helpers/RealSafe.sol";

/// @notice The treasury is a real Safe 1.5 of two in three.
contract TreasuryTest is Fixture {
    using RealSafe for ISafe;

    ISafe private safe;
    uint256[] private signers;

    function setUp() public override {
        address[] memory owners = new address[](3);
        for (uint256 i; i < 3; ++i) {
            signers.push(uint256(keccak256(abi.encode("core", i))));
            owners[i] = vm.addr(signers[i]);
        }
        safe = RealSafe.deploy(owners, 2);
        treasury = address(safe);
        super.setUp();
        _fund(alice, viewerKey, 10e6);
        broker.redeem(_batch(0, 4));
    }

    function _keys(uint256 first, uint256 second) private view returns (uint256[] memory keys) {
        keys = new uint256[](2);
        (keys[0], keys[1]) = (signers[first], signers[second]);
    }

    function _sweep() private returns (uint256) {
        address[] memory relays = new address[](1);
        relays[0] = relay;
        vm.prank(keeper);
        return broker.sweepTreasury(relays);
    }

    function test_safe_is_set_up_with_two_in_three() public view {
        assertEq(safe.VERSION(), "1.5.0");
        assertEq(safe.getThreshold(), 2);
        assertEq(safe.getOwners().length, 3);
        assertEq(broker.TREASURY(), address(safe));
        assertEq(staking.TREASURY(), address(safe));
        assertEq(keys.TREASURY(), address(safe));
    }

    function test_anybody_sweeps_the_share_of_tickets_into_the_safe() public {
        assertEq(_sweep(), 10_000);
        assertEq(usdc.balanceOf(address(safe)), 10_000);
    }

    function test_any_two_signers_spend_what_was_swept() public {
        _sweep();
        safe.exec(address(usdc), 0, abi.encodeCall(usdc.transfer, (keeper, 4_000)), _keys(0, 1));
        safe.exec(address(usdc), 0, abi.encodeCall(usdc.transfer, (keeper, 3_000)), _keys(2, 1));
        safe.exec(address(usdc), 0, abi.encodeCall(usdc.transfer, (keeper, 3_000)), _keys(2, 0));
        assertEq(usdc.balanceOf(keeper), 10_000);
    }

    function test_one_signer_or_a_stranger_beside_one_spends_nothing() public {
        _sweep();
        bytes memory data = abi.encodeCall(usdc.transfer, (keeper, 1));
        uint256[] memory keys_ = new uint256[](1);
        keys_[0] = signers[1];
        bytes memory signatures = safe.sign(address(usdc), 0, data, keys_);
        vm.expectRevert("GS020");
        safe.execTransaction(address(usdc), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
        keys_ = _keys(0, 1);
        keys_[0] = aliceKey;
        signatures = safe.sign(address(usdc), 0, data, keys_);
        vm.expectRevert("GS026");
        safe.execTransaction(address(usdc), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
    }

    function test_signatures_are_spent_with_their_nonce() public {
        _sweep();
        bytes memory data = abi.encodeCall(usdc.transfer, (keeper, 1));
        bytes memory signatures = safe.sign(address(usdc), 0, data, _keys(0, 1));
        safe.execTransaction(address(usdc), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
        vm.expectRevert("GS026");
        safe.execTransaction(address(usdc), 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
    }

    function test_safe_reaches_no_purse_credit_or_stake() public {
        uint256 credit = broker.creditOf(relay);
        vm.startPrank(address(safe));
        vm.expectRevert();
        broker.withdraw(address(safe), 1);
        vm.expectRevert();
        broker.requestExit(viewer, 1);
        vm.stopPrank();
        assertEq(broker.creditOf(relay), credit);
    }
}
