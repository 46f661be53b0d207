// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FraudProofs} from "../src/FraudProofs.sol";
import {RelayStaking} from "../src/RelayStaking.sol";
import {StreamKeys} from "../src/StreamKeys.sol";
import {PartProof, SignedHead, SignedReceipt} from "../src/interfaces/IFraudProofs.sol";
import {Receipt as ServedReceipt, StakingConfig} from "../src/interfaces/IRelayStaking.sol";
import {Head, KeysConfig, Terms} from "../src/interfaces/IStreamKeys.sol";
import {IFiatToken, RealUsdc} from "./helpers/RealUsdc.sol";
import {VectorReader} from "./helpers/VectorReader.sol";

/// @notice The shared examples of evidence, sent to FraudProofs: true ones are punished, false ones refused for the cause that they name.
contract EvidenceVectorsTest is VectorReader {
    string private constant HEAD = "stream run track window count root byteLength leafCount prev initHash time flags";
    string private constant RECEIPT = "relay purse headDigest servedRoot byteLength time";
    uint256 private constant STAKE = 100e6;

    StreamKeys private keys;
    RelayStaking private staking;
    FraudProofs private fraudProofs;

    function setUp() public {
        vm.chainId(31337);
        string memory json = _read("evidence");
        IFiatToken usdc = RealUsdc.deploy(address(this));
        address judge = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        string memory domains = _read("domains");
        keys = StreamKeys(_address(domains, ".domains.streamKeys", ".verifyingContract"));
        staking = RelayStaking(_address(domains, ".domains.relayStaking", ".verifyingContract"));
        deployCodeTo(
            "StreamKeys.sol:StreamKeys", abi.encode(KeysConfig(address(usdc), address(this), judge, 500)), address(keys)
        );
        deployCodeTo(
            "RelayStaking.sol:RelayStaking",
            abi.encode(StakingConfig(address(usdc), judge, address(this), uint96(STAKE), 14 days, 5000, 2000, 5000)),
            address(staking)
        );
        fraudProofs = new FraudProofs(address(keys), address(staking));
        assertEq(address(fraudProofs), judge);

        vm.warp(vm.parseJsonUint(json, ".time"));
        uint256 stream = keys.mint("stream", "test", 0, Terms(address(this), 7000, 2500, 0));
        keys.delegate(
            stream,
            _address(json, ".delegation", ".key"),
            uint64(vm.parseJsonUint(json, ".delegation.from")),
            uint64(vm.parseJsonUint(json, ".delegation.until"))
        );
        address relay = vm.parseJsonAddress(json, ".relay");
        usdc.mint(address(this), STAKE);
        usdc.approve(address(staking), STAKE);
        bytes32 proof = staking.registrationDigest(relay, address(this));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(uint256(vm.parseJsonBytes32(json, ".relayKey")), proof);
        staking.register(relay, 0, 0, STAKE, abi.encodePacked(r, s, v));
    }

    function test_every_example_is_decided_as_it_says() public {
        uint256 clean = vm.snapshotState();
        uint256 count;
        uint256 proven;
        string memory json = _read("evidence");
        while (vm.keyExistsJson(json, _case(count))) {
            if (this.check(count++)) ++proven;
            vm.revertToState(clean);
        }
        assertGt(proven, 8);
        assertGt(count - proven, 30);
    }

    /// @dev A call of its own a case, since the file fills much memory.
    function check(uint256 number) external returns (bool proven) {
        string memory json = _read("evidence");
        string memory at_ = _case(number);
        proven = vm.parseJsonBool(json, string.concat(at_, ".proven"));
        string memory name = vm.parseJsonString(json, string.concat(at_, ".name"));
        string memory kind = vm.parseJsonString(json, string.concat(at_, ".file.kind"));
        (bool accepted, bytes memory result) =
            address(fraudProofs).call(_callOf(json, kind, string.concat(at_, ".file"), at_));
        assertEq(accepted, proven, name);
        if (!proven) {
            string memory refusal = vm.parseJsonString(json, string.concat(at_, ".refusal"));
            assertEq(bytes4(result), bytes4(keccak256(bytes(refusal))), string.concat(name, ": ", refusal));
            return false;
        }
        address offender = _address(json, at_, ".offender");
        if (keccak256(bytes(kind)) == keccak256("falseReceipt")) {
            assertEq(staking.relayOf(offender).stake, STAKE / 2, name);
        } else {
            (, uint64 until) = keys.delegationOf(1, offender);
            assertEq(until, vm.getBlockTimestamp(), name);
        }
    }

    function _callOf(string memory json, string memory kind, string memory file, string memory at_)
        private
        view
        returns (bytes memory)
    {
        bytes32 hash = keccak256(bytes(kind));
        if (hash == keccak256("falseReceipt")) {
            return abi.encodeCall(
                FraudProofs.proveFalseReceipt,
                (_head(json, file, at_, "head"), _receipt(json, file, at_), address(this))
            );
        }
        if (hash == keccak256("equivocation")) {
            return abi.encodeCall(
                FraudProofs.proveEquivocation, (_head(json, file, at_, "first"), _head(json, file, at_, "second"))
            );
        }
        if (hash == keccak256("partsBeyondLast")) {
            return abi.encodeCall(
                FraudProofs.provePartsBeyondLast, (_head(json, file, at_, "last"), _head(json, file, at_, "beyond"))
            );
        }
        assertEq(kind, "conflictingParts");
        return abi.encodeCall(
            FraudProofs.proveConflictingParts,
            (
                _head(json, file, at_, "first"),
                _part(json, file, "first"),
                _head(json, file, at_, "second"),
                _part(json, file, "second"),
                uint16(vm.parseJsonUint(json, string.concat(file, ".index")))
            )
        );
    }

    /// @dev Its digest here is the example's.
    function _head(string memory json, string memory file, string memory at_, string memory name)
        private
        view
        returns (SignedHead memory signed)
    {
        string memory path = string.concat(file, ".", name);
        signed.head = abi.decode(_encode(json, path, HEAD), (Head));
        signed.signature = vm.parseJsonBytes(json, string.concat(path, "Signature"));
        assertEq(keys.hashHead(signed.head), _bytes32(json, at_, string.concat(".digests.", name)), at_);
    }

    function _receipt(string memory json, string memory file, string memory at_)
        private
        view
        returns (SignedReceipt memory signed)
    {
        signed.receipt = abi.decode(_encode(json, string.concat(file, ".receipt"), RECEIPT), (ServedReceipt));
        signed.signature = vm.parseJsonBytes(json, string.concat(file, ".receiptSignature"));
        assertEq(staking.hashReceipt(signed.receipt), _bytes32(json, at_, ".digests.receipt"), at_);
    }

    function _part(string memory json, string memory file, string memory name) private view returns (PartProof memory) {
        string memory path = string.concat(file, ".", name);
        return PartProof(
            vm.parseJsonBytes32(json, string.concat(path, "Node")),
            vm.parseJsonBytes32Array(json, string.concat(path, "Siblings"))
        );
    }
}
