// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PartProof, SignedHead, SignedReceipt} from "../../src/interfaces/IFraudProofs.sol";
import {Receipt as ServedReceipt} from "../../src/interfaces/IRelayStaking.sol";
import {Head} from "../../src/interfaces/IStreamKeys.sol";
import {HeadHash} from "../../src/libraries/HeadHash.sol";
import {ReceiptHash} from "../../src/libraries/ReceiptHash.sol";
import {TypedData} from "../../src/libraries/TypedData.sol";
import {Fixture} from "./Fixture.sol";
import {Trees} from "./Trees.sol";

/// @notice A stream with a signing key and a registered relay, and what both may sign.
abstract contract FraudFixture is Fixture {
    using Trees for bytes32[];

    uint256 internal constant STAKE = 200e6;

    address internal signer;
    uint256 internal signerKey;
    address internal reporter = makeAddr("reporter");
    bytes32 private keysSeparator;
    bytes32 private stakingSeparator;

    function setUp() public virtual override {
        super.setUp();
        (signer, signerKey) = makeAddrAndKey("signing key");
        vm.prank(broadcaster);
        keys.delegate(stream, signer, 0, type(uint64).max);
        _register(STAKE);
        (keysSeparator, stakingSeparator) = (keys.domainSeparator(), staking.domainSeparator());
    }

    /// @dev The relay's stake is alice's.
    function _register(uint256 stake) internal {
        _give(alice, stake);
        bytes memory proof = _sign(relayKey, staking.registrationDigest(relay, alice));
        vm.startPrank(alice);
        usdc.approve(address(staking), stake);
        staking.register(relay, "endpoints", 10_000, stake, proof);
        vm.stopPrank();
    }

    /// @dev Unix ms.
    function _now() internal view returns (uint64) {
        return uint64(vm.getBlockTimestamp()) * 1000;
    }

    /* HEADS */

    function _head(bytes32 root) internal view returns (Head memory) {
        return Head(stream, 1, 480, 7, 20, root, 400_000, 40, "prev", "init", _now(), 0);
    }

    function _headOver(bytes32[] memory nodes) internal view returns (Head memory head) {
        head = _head(nodes.root());
        head.count = uint16(nodes.length);
    }

    /// @dev Calls no contract, so that it may stand between an expected revert and the call that it is expected of.
    function _digest(Head memory head) internal view returns (bytes32) {
        return TypedData.digest(keysSeparator, keccak256(abi.encode(HeadHash.TYPE_HASH, head)));
    }

    function _signed(Head memory head, uint256 key) internal view returns (SignedHead memory) {
        return SignedHead(head, _sign(key, _digest(head)));
    }

    function _signed(Head memory head) internal view returns (SignedHead memory) {
        return _signed(head, signerKey);
    }

    /* RECEIPTS */

    function _receipt(Head memory head, bytes32 servedRoot) internal view returns (ServedReceipt memory) {
        return ServedReceipt(relay, viewer, _digest(head), servedRoot, head.byteLength, _now());
    }

    function _digest(ServedReceipt memory receipt) internal view returns (bytes32) {
        return TypedData.digest(stakingSeparator, keccak256(abi.encode(ReceiptHash.TYPE_HASH, receipt)));
    }

    function _signed(ServedReceipt memory receipt, uint256 key) internal view returns (SignedReceipt memory) {
        return SignedReceipt(receipt, _sign(key, _digest(receipt)));
    }

    function _signed(ServedReceipt memory receipt) internal view returns (SignedReceipt memory) {
        return _signed(receipt, relayKey);
    }

    /// @dev A lie of the relay about this head.
    function _lie(Head memory head) internal view returns (SignedReceipt memory) {
        return _signed(_receipt(head, "lie"));
    }

    /* PARTS */

    function _nodes(uint256 count) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            nodes[i] = sha256(abi.encode("part", i));
        }
    }

    function _proof(bytes32[] memory nodes, uint256 index) internal pure returns (PartProof memory) {
        return PartProof(nodes[index], nodes.path(index));
    }
}
