// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {Errors} from "../src/libraries/Errors.sol";
import {Vm} from "forge-std/Vm.sol";
import {PaymasterFixture} from "./helpers/PaymasterFixture.sol";
import {ISimpleAccount} from "./helpers/RealEntryPoint.sol";

/// @notice Which calls are paid for.
contract UsdcPaymasterCallsTest is PaymasterFixture {
    function setUp() public override {
        super.setUp();
        _credit(account, 1000e6);
        _give(account, 10e6);
        vm.deal(account, 1 ether);
    }

    function _call(address target, bytes memory data) private pure returns (ISimpleAccount.Call memory) {
        return ISimpleAccount.Call(target, 0, data);
    }

    function _batch(ISimpleAccount.Call memory first, ISimpleAccount.Call memory second)
        private
        pure
        returns (bytes memory)
    {
        ISimpleAccount.Call[] memory calls = new ISimpleAccount.Call[](2);
        (calls[0], calls[1]) = (first, second);
        return abi.encodeCall(ISimpleAccount.executeBatch, (calls));
    }

    function _refused(bytes memory callData, bytes memory reason) private {
        PackedUserOperation memory op = _op(callData, "");
        _expectRefusal(reason);
        _send(op);
    }

    function _refused(bytes memory callData, bytes4 reason) private {
        _refused(callData, abi.encodePacked(reason));
    }

    function _notAllowed(address target) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.TargetNotAllowed.selector, target);
    }

    function _done(bytes memory callData) private {
        (bool success,) = _run(_op(callData, ""));
        assertTrue(success);
    }

    function test_approval_and_use_of_a_target_in_one_batch() public {
        bytes memory bind = _sign(viewerKey, broker.bindDigest(account, viewer));
        _done(
            _batch(
                _call(address(usdc), abi.encodeCall(usdc.approve, (address(broker), 5e6))),
                _call(address(broker), abi.encodeCall(broker.deposit, (viewer, 5e6, bind)))
            )
        );
        assertEq(broker.purseOf(viewer).balance, 5e6);
    }

    function test_empty_batch_calls_nothing() public {
        _done(abi.encodeCall(ISimpleAccount.executeBatch, (new ISimpleAccount.Call[](0))));
    }

    function test_other_targets_are_refused_wherever_they_stand() public {
        ISimpleAccount.Call memory good = _call(address(broker), "");
        _refused(_execute(address(staking), ""), _notAllowed(address(staking)));
        _refused(_batch(good, _call(address(staking), "")), _notAllowed(address(staking)));
        _refused(_batch(_call(address(staking), ""), good), _notAllowed(address(staking)));
        _refused(_execute(account, ""), _notAllowed(account));
        _refused(_execute(address(entryPoint), ""), _notAllowed(address(entryPoint)));
    }

    function test_eth_is_not_sent_along() public {
        bytes memory callData = abi.encodeCall(ISimpleAccount.execute, (address(broker), 1, ""));
        _refused(callData, Errors.ValueNotAllowed.selector);
        ISimpleAccount.Call memory paying = ISimpleAccount.Call(address(broker), 1, "");
        _refused(_batch(_call(address(broker), ""), paying), Errors.ValueNotAllowed.selector);
    }

    function test_usdc_is_approved_to_targets_and_the_paymaster_only() public {
        _done(_execute(address(usdc), abi.encodeCall(usdc.approve, (address(paymaster), 5e6))));
        assertEq(usdc.allowance(account, address(paymaster)), 5e6);
        bytes memory approval = abi.encodeCall(usdc.approve, (keeper, 1));
        _refused(_execute(address(usdc), approval), _notAllowed(keeper));
    }

    function test_usdc_is_transferred_and_nothing_else_is_done_with_it() public {
        _done(_execute(address(usdc), abi.encodeCall(usdc.transfer, (keeper, 4e6))));
        assertEq(usdc.balanceOf(keeper), 4e6);
        bytes memory pull = abi.encodeCall(usdc.transferFrom, (account, keeper, 1));
        _refused(_execute(address(usdc), pull), Errors.UnsupportedCall.selector);
        _refused(_execute(address(usdc), ""), Errors.UnsupportedCall.selector);
        bytes memory cut = abi.encodePacked(usdc.approve.selector, bytes16(0));
        _refused(_execute(address(usdc), cut), Errors.UnsupportedCall.selector);
    }

    function test_other_functions_of_the_account_are_refused() public {
        _refused("", Errors.UnsupportedCall.selector);
        _refused(hex"b61d27", Errors.UnsupportedCall.selector);
        _refused(abi.encodeCall(ISimpleAccount.addDeposit, ()), Errors.UnsupportedCall.selector);
        // IAccountExecute.executeUserOp, which EntryPoint treats apart.
        _refused(hex"8dd7712f", Errors.UnsupportedCall.selector);
        // The executeBatch of earlier versions.
        _refused(
            abi.encodeWithSignature(
                "executeBatch(address[],uint256[],bytes[])", new address[](0), new uint256[](0), new bytes[](0)
            ),
            Errors.UnsupportedCall.selector
        );
    }

    function test_calls_beyond_the_greatest_size_are_refused() public {
        bytes memory data = new bytes(paymaster.MAX_CALL_DATA());
        Limits memory limits = _limits();
        limits.verification = 1_000_000;
        PackedUserOperation memory op = _op(account, aliceKey, _execute(address(broker), data), "", limits);
        _expectRefusal(Errors.UnsupportedCall.selector);
        _send(op);
    }

    function test_target_taken_off_the_list_is_refused() public {
        bytes memory callData = _approveBroker(1);
        _done(callData);
        _bySafe(0, abi.encodeCall(paymaster.setTarget, (address(broker), false)));
        _refused(callData, _notAllowed(address(broker)));
    }

    /// @dev Whatever the bytes after the selector are: either they are refused, or what the account itself reads from them is allowed.
    function testFuzz_no_bytes_reach_another_target(bytes memory garbage, uint256 place, uint256 offset, bool batched)
        public
    {
        ISimpleAccount.Call memory call = _call(address(broker), "");
        bytes memory callData = batched ? _batch(call, _call(keeper, hex"01")) : _execute(keeper, garbage);
        // One of the words is turned into another offset, so that the call's head may be read from elsewhere.
        place = 4 + 32 * bound(place, 0, (callData.length - 36) / 32);
        offset = bound(offset, 0, callData.length);
        assembly {
            mstore(add(add(callData, 0x20), place), offset)
        }
        PackedUserOperation memory op = _op(callData, "");
        vm.recordLogs();
        vm.prank(bundler);
        try entryPoint.handleOps(_single(op), payable(bundler)) {
            // The keeper has no code: a call to it would be seen as a success of the operation only if it was let through.
            assertTrue(!_reaches(callData, keeper), "the keeper was called");
        } catch {}
    }

    function _single(PackedUserOperation memory op) private pure returns (PackedUserOperation[] memory ops) {
        ops = new PackedUserOperation[](1);
        ops[0] = op;
    }

    /// @dev Runs the account's function and watches for calls to `target`.
    function _reaches(bytes memory callData, address target) private returns (bool) {
        vm.startStateDiffRecording();
        vm.prank(address(entryPoint));
        (bool ok,) = account.call(callData);
        bool seen;
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        for (uint256 i; i < accesses.length; ++i) {
            if (accesses[i].account == target) seen = true;
        }
        return ok && seen;
    }
}
