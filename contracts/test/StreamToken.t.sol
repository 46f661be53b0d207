// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {StreamToken} from "../src/StreamToken.sol";
import {Allocation} from "../src/interfaces/IStreamToken.sol";
import {Errors} from "../src/libraries/Errors.sol";

contract StreamTokenTest is Test {
    bytes32 private constant PERMIT_TYPE =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    uint256 private constant SUPPLY = 1e27;

    StreamToken private token;
    address private founder;
    uint256 private founderKey;
    address private safe = makeAddr("safe");

    function setUp() public {
        vm.warp(1_800_000_000);
        (founder, founderKey) = makeAddrAndKey("founder");
        token = new StreamToken(_allocations(SUPPLY / 4, 3 * SUPPLY / 4));
    }

    function _allocations(uint256 first, uint256 second) private view returns (Allocation[] memory list) {
        list = new Allocation[](2);
        (list[0], list[1]) = (Allocation(founder, first), Allocation(safe, second));
    }

    function test_the_whole_supply_is_with_the_named_holders() public view {
        assertEq(token.totalSupply(), SUPPLY);
        assertEq(token.SUPPLY(), SUPPLY);
        assertEq(token.balanceOf(founder), SUPPLY / 4);
        assertEq(token.balanceOf(safe), 3 * SUPPLY / 4);
        assertEq(token.decimals(), 18);
        assertEq(token.symbol(), "STREAM");
    }

    function test_allocations_must_sum_to_the_supply() public {
        vm.expectRevert(abi.encodeWithSelector(Errors.BadAllocation.selector, SUPPLY - 1));
        new StreamToken(_allocations(SUPPLY - 2, 1));
        vm.expectRevert(abi.encodeWithSelector(Errors.BadAllocation.selector, SUPPLY + 1));
        new StreamToken(_allocations(SUPPLY, 1));
        vm.expectRevert(abi.encodeWithSelector(Errors.BadAllocation.selector, 0));
        new StreamToken(new Allocation[](0));
        vm.expectRevert(Errors.BadConfig.selector);
        new StreamToken(_allocations(SUPPLY, 0));
    }

    function test_there_is_no_way_to_mint_or_to_own() public {
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeWithSignature("mint(address,uint256)", founder, 1);
        calls[1] = abi.encodeWithSignature("mint(uint256)", 1);
        calls[2] = abi.encodeWithSignature("owner()");
        calls[3] = abi.encodeWithSignature("transferOwnership(address)", founder);
        calls[4] = abi.encodeWithSignature("pause()");
        calls[5] = abi.encodeWithSignature("burn(uint256)", 1);
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(founder);
            (bool done,) = address(token).call(calls[i]);
            assertFalse(done);
        }
        assertEq(token.totalSupply(), SUPPLY);
    }

    function test_the_clock_is_the_time() public {
        assertEq(token.clock(), block.timestamp);
        assertEq(token.CLOCK_MODE(), "mode=timestamp");
        vm.roll(block.number + 100);
        assertEq(token.clock(), block.timestamp);
    }

    function test_votes_count_from_the_second_of_delegation_and_follow_transfers() public {
        uint256 start = vm.getBlockTimestamp();
        vm.prank(founder);
        token.delegate(founder);
        vm.warp(start + 10);
        vm.prank(founder);
        assertTrue(token.transfer(safe, SUPPLY / 8));
        vm.warp(start + 20);
        assertEq(token.getPastVotes(founder, start - 1), 0);
        assertEq(token.getPastVotes(founder, start), SUPPLY / 4);
        assertEq(token.getPastVotes(founder, start + 10), SUPPLY / 8);
        assertEq(token.getVotes(safe), 0, "undelegated tokens do not vote");
        assertEq(token.getPastTotalSupply(start), SUPPLY);
    }

    function test_permit_sets_an_allowance_once() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(founderKey, _permitDigest(0));
        token.permit(founder, safe, 5e18, block.timestamp, v, r, s);
        assertEq(token.allowance(founder, safe), 5e18);
        assertEq(token.nonces(founder), 1);
        vm.expectRevert();
        token.permit(founder, safe, 5e18, block.timestamp, v, r, s);
        vm.prank(safe);
        assertTrue(token.transferFrom(founder, safe, 5e18));
        assertEq(token.balanceOf(safe), 3 * SUPPLY / 4 + 5e18);
    }

    function _permitDigest(uint256 nonce) private view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(PERMIT_TYPE, founder, safe, 5e18, nonce, block.timestamp));
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), hash));
    }

    function testFuzz_transfers_conserve_the_supply(uint256 amount) public {
        amount = bound(amount, 0, SUPPLY / 4);
        vm.prank(founder);
        assertTrue(token.transfer(safe, amount));
        assertEq(token.balanceOf(founder) + token.balanceOf(safe), SUPPLY);
        assertEq(token.totalSupply(), SUPPLY);
    }
}
