// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {InclusionProof} from "../../src/libraries/InclusionProof.sol";
import {Trees} from "../helpers/Trees.sol";

contract InclusionProofTest is Test {
    using Trees for bytes32[];

    function rootOf(bytes32 node, uint256 index, uint256 count, bytes32[] calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return InclusionProof.rootOf(node, index, count, siblings);
    }

    function _nodes(uint256 count) private pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            nodes[i] = sha256(abi.encode(i));
        }
    }

    function test_every_node_of_every_small_tree_leads_to_its_root() public view {
        for (uint256 count = 1; count <= 33; ++count) {
            bytes32[] memory nodes = _nodes(count);
            bytes32 root = nodes.root();
            for (uint256 i; i < count; ++i) {
                assertEq(this.rootOf(nodes[i], i, count, nodes.path(i)), root);
            }
        }
    }

    function testFuzz_a_node_leads_to_its_root(uint256 count, uint256 index) public view {
        count = bound(count, 1, 256);
        index = bound(index, 0, count - 1);
        bytes32[] memory nodes = _nodes(count);
        assertEq(this.rootOf(nodes[index], index, count, nodes.path(index)), nodes.root());
    }

    function testFuzz_another_node_index_or_sibling_leads_elsewhere(uint256 count, uint256 index, uint256 change)
        public
        view
    {
        count = bound(count, 2, 64);
        index = bound(index, 0, count - 1);
        bytes32[] memory nodes = _nodes(count);
        bytes32[] memory path = nodes.path(index);
        bytes32 root = nodes.root();
        assertTrue(this.rootOf(sha256("other"), index, count, path) != root, "node");
        path[change % path.length] = "other";
        assertTrue(this.rootOf(nodes[index], index, count, path) != root, "sibling");
        uint256 elsewhere = (index + bound(change, 1, count - 1)) % count;
        try this.rootOf(nodes[index], elsewhere, count, nodes.path(index)) returns (bytes32 found) {
            assertTrue(found != root, "index");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), Errors.ProofLength.selector);
        }
    }

    /// @dev What sits in the tree at a height above the nodes is none of them: its proof is too short for any index.
    function test_an_inner_node_passes_for_no_part() public {
        bytes32[] memory nodes = _nodes(8);
        bytes32 inner = sha256(abi.encodePacked(bytes1(0x01), nodes[0], nodes[1]));
        bytes32[] memory path = nodes.path(0);
        bytes32[] memory shorter = new bytes32[](2);
        (shorter[0], shorter[1]) = (path[1], path[2]);
        assertEq(this.rootOf(inner, 0, 4, shorter), nodes.root(), "as one of four it fits");
        for (uint256 i; i < 8; ++i) {
            vm.expectRevert(Errors.ProofLength.selector);
            this.rootOf(inner, i, 8, shorter);
        }
    }

    function test_the_length_must_be_exact() public {
        for (uint256 count = 1; count <= 17; ++count) {
            bytes32[] memory nodes = _nodes(count);
            for (uint256 i; i < count; ++i) {
                bytes32[] memory path = nodes.path(i);
                bytes32[] memory longer = new bytes32[](path.length + 1);
                for (uint256 j; j < path.length; ++j) {
                    longer[j] = path[j];
                }
                vm.expectRevert(Errors.ProofLength.selector);
                this.rootOf(nodes[i], i, count, longer);
                if (path.length == 0) continue;
                assembly {
                    mstore(path, sub(mload(path), 1))
                }
                vm.expectRevert(Errors.ProofLength.selector);
                this.rootOf(nodes[i], i, count, path);
            }
        }
    }

    function test_bounds_of_index_and_count() public {
        uint256[2][4] memory bad = [[uint256(0), 0], [uint256(1), 1], [uint256(256), 256], [uint256(0), 257]];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Errors.IndexOutOfRange.selector, bad[i][0], bad[i][1]));
            this.rootOf("node", bad[i][0], bad[i][1], new bytes32[](0));
        }
        bytes32[] memory nodes = _nodes(256);
        assertEq(this.rootOf(nodes[255], 255, 256, nodes.path(255)), nodes.root());
    }
}
