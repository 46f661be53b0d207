// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AccountCalls} from "../../src/libraries/AccountCalls.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {ISimpleAccount} from "../helpers/RealEntryPoint.sol";

contract AccountCallsTest is Test {
    using AccountCalls for bytes;

    /* CALLDATA OF ITS OWN */

    function single(bytes calldata args) external pure returns (address target, uint256 value, bytes memory data) {
        return args.asCall();
    }

    function element(bytes calldata args, uint256 i)
        external
        pure
        returns (uint256 count, address target, uint256 value, bytes memory data)
    {
        bytes calldata elements;
        (count, elements) = args.batch();
        (target, value, data) = elements.tail(32 * i).asCall();
    }

    function word(bytes calldata region, uint256 at) external pure returns (uint256) {
        return region.word(at);
    }

    function compilerSingle(bytes calldata args) external pure returns (address, uint256, bytes memory) {
        return abi.decode(args, (address, uint256, bytes));
    }

    function test_selectors_are_those_of_the_accounts() public pure {
        assertEq(AccountCalls.EXECUTE, ISimpleAccount.execute.selector);
        assertEq(AccountCalls.EXECUTE_BATCH, ISimpleAccount.executeBatch.selector);
    }

    function testFuzz_call_is_read_as_the_compiler_encodes_it(address target, uint256 value, bytes calldata data)
        public
        view
    {
        (address readTarget, uint256 readValue, bytes memory readData) = this.single(abi.encode(target, value, data));
        assertEq(readTarget, target);
        assertEq(readValue, value);
        assertEq(readData, data);
    }

    function testFuzz_batch_is_read_as_the_compiler_encodes_it(bytes[5] calldata data, uint256 i) public view {
        ISimpleAccount.Call[] memory calls = new ISimpleAccount.Call[](5);
        for (uint160 j; j < 5; ++j) {
            calls[j] = ISimpleAccount.Call(address(j + 1), j, data[j]);
        }
        i = bound(i, 0, 4);
        (uint256 count, address target, uint256 value, bytes memory read) = this.element(abi.encode(calls), i);
        assertEq(count, 5);
        assertEq(target, address(uint160(i + 1)));
        assertEq(value, i);
        assertEq(read, data[i]);
    }

    /// @dev What the compiler's decoder reads from any bytes, this one reads in the same way, or refuses.
    function testFuzz_any_bytes_are_read_as_the_compiler_reads_them_or_refused(bytes calldata data, uint256 offset)
        public
    {
        bytes memory args = abi.encode(address(7), uint256(0), data);
        offset = bound(offset, 0, args.length + 64);
        assembly {
            mstore(add(args, 0x60), offset)
        }
        try this.single(args) returns (address target, uint256 value, bytes memory read) {
            try this.compilerSingle(args) returns (address same, uint256 sameValue, bytes memory sameRead) {
                assertEq(target, same);
                assertEq(value, sameValue);
                assertEq(read, sameRead);
            } catch {}
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), Errors.UnsupportedCall.selector);
            vm.expectRevert();
            this.compilerSingle(args);
        }
    }

    function test_words_lie_within_their_bytes() public {
        assertEq(this.word(abi.encode(1, 2), 32), 2);
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.word(abi.encode(1, 2), 33);
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.word(abi.encode(1, 2), type(uint256).max);
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.word(new bytes(31), 0);
    }

    function test_offsets_and_lengths_that_lead_out_are_refused() public {
        bytes memory cut = abi.encode(address(1), uint256(0), uint256(96), uint256(1));
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.single(cut);
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.single(abi.encode(address(1), uint256(0), type(uint256).max, uint256(0)));
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.single(abi.encode(address(1), uint256(0)));
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.single(abi.encode(address(1), uint256(0), uint256(96), type(uint256).max));
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.element(abi.encode(uint256(32)), 0);
        vm.expectRevert(Errors.UnsupportedCall.selector);
        this.element(abi.encode(uint256(32), type(uint256).max), 0);
    }
}
