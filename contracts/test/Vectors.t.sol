// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RelayStaking} from "../src/RelayStaking.sol";
import {StreamKeys} from "../src/StreamKeys.sol";
import {TicketBroker} from "../src/TicketBroker.sol";
import {Receipt as ServedReceipt, StakingConfig} from "../src/interfaces/IRelayStaking.sol";
import {Head, KeysConfig} from "../src/interfaces/IStreamKeys.sol";
import {Config, Group, Ticket, Winner} from "../src/interfaces/ITicketBroker.sol";
import {Signatures} from "../src/libraries/Signatures.sol";
import {Preimage, TicketHash} from "../src/libraries/TicketHash.sol";
import {TypedData} from "../src/libraries/TypedData.sol";
import {VectorReader} from "./helpers/VectorReader.sol";

/// @notice The shared examples of `spec/vectors`, which C#, TypeScript and viem read too.
contract VectorsTest is VectorReader {
    using TicketHash for Preimage;

    StreamKeys private keys;
    RelayStaking private staking;
    TicketBroker private broker;

    function setUp() public {
        vm.chainId(31337);
        string memory json = _read("domains");
        address keysAt = vm.parseJsonAddress(json, ".domains.streamKeys.verifyingContract");
        address stakingAt = vm.parseJsonAddress(json, ".domains.relayStaking.verifyingContract");
        address brokerAt = vm.parseJsonAddress(json, ".domains.ticketBroker.verifyingContract");
        KeysConfig memory keysConfig = KeysConfig(address(1), address(2), address(3), 500);
        deployCodeTo("StreamKeys.sol:StreamKeys", abi.encode(keysConfig), keysAt);
        StakingConfig memory stakingConfig = StakingConfig(address(1), address(3), address(2), 1, 2, 5000, 2000, 5000);
        deployCodeTo("RelayStaking.sol:RelayStaking", abi.encode(stakingConfig), stakingAt);
        Config memory config = Config(address(1), keysAt, address(2), 86_400, 259_200, 1, 1_000_000);
        deployCodeTo("TicketBroker.sol:TicketBroker", abi.encode(config), brokerAt);
        (keys, staking, broker) = (StreamKeys(keysAt), RelayStaking(stakingAt), TicketBroker(brokerAt));
    }

    /* DOMAINS */

    function test_domain_separators() public view {
        string memory json = _read("domains");
        assertEq(vm.parseJsonUint(json, ".domains.streamKeys.chainId"), block.chainid);
        assertEq(keys.domainSeparator(), vm.parseJsonBytes32(json, ".domains.streamKeys.separator"));
        assertEq(staking.domainSeparator(), vm.parseJsonBytes32(json, ".domains.relayStaking.separator"));
        assertEq(broker.domainSeparator(), vm.parseJsonBytes32(json, ".domains.ticketBroker.separator"));
    }

    /* TYPES */

    function test_tickets() public view {
        string memory json = _read("ticket");
        uint256 count = _check(json, "relay stream terms commit salt faceValue winProb epoch");
        assertEq(TicketHash.TYPE_HASH, vm.parseJsonBytes32(json, ".typeHash"));
        for (uint256 i; i < count; ++i) {
            _checkTicket(json, _case(i));
        }
    }

    function test_heads() public view {
        string memory json = _read("head");
        uint256 count = _check(json, "stream run track window count root byteLength leafCount prev initHash time flags");
        for (uint256 i; i < count; ++i) {
            string memory at_ = _case(i);
            bytes memory words =
                _words(json, at_, "stream run track window count root byteLength leafCount prev initHash time flags");
            Head memory head = abi.decode(words, (Head));
            assertEq(keys.hashHead(head), _bytes32(json, at_, ".digest"), at_);
            assertEq(keys.headSigner(head, _signature(json, at_)), _address(json, at_, ".signer"), at_);
        }
    }

    function test_receipts() public view {
        string memory json = _read("receipt");
        uint256 count = _check(json, "relay purse headDigest servedRoot byteLength time");
        for (uint256 i; i < count; ++i) {
            string memory at_ = _case(i);
            bytes memory words = _words(json, at_, "relay purse headDigest servedRoot byteLength time");
            ServedReceipt memory receipt = abi.decode(words, (ServedReceipt));
            assertEq(staking.hashReceipt(receipt), _bytes32(json, at_, ".digest"), at_);
            assertEq(staking.receiptSigner(receipt, _signature(json, at_)), _address(json, at_, ".signer"), at_);
        }
    }

    function test_bindings() public view {
        string memory json = _read("bind");
        uint256 count = _check(json, "owner viewingKey");
        for (uint256 i; i < count; ++i) {
            string memory at_ = _case(i);
            (address owner, address key) = abi.decode(_words(json, at_, "owner viewingKey"), (address, address));
            assertEq(broker.bindDigest(owner, key), _bytes32(json, at_, ".digest"), at_);
        }
    }

    function test_delegations() public view {
        string memory json = _read("delegation");
        uint256 count = _check(json, "stream key from until");
        for (uint256 i; i < count; ++i) {
            string memory at_ = _case(i);
            (uint256 stream, address key, uint64 from, uint64 until) =
                abi.decode(_words(json, at_, "stream key from until"), (uint256, address, uint64, uint64));
            assertEq(keys.delegationDigest(stream, key, from, until), _bytes32(json, at_, ".digest"), at_);
        }
    }

    function test_sessions() public view {
        _check(_read("session"), "purse relay nonce time");
    }

    function test_relay_records() public view {
        _check(_read("record"), "node payout price issued expires endpoints tracks");
    }

    function test_node_proofs() public view {
        _check(_read("nodeproof"), "node challenge");
    }

    /* CHECKS */

    /// @dev Type hash, struct hashes, digests and signers of a file by EIP-712's rules, whatever the type.
    function _check(string memory json, string memory fields) private view returns (uint256 count) {
        bytes32 typeHash = vm.parseJsonBytes32(json, ".typeHash");
        assertEq(keccak256(bytes(vm.parseJsonString(json, ".encodeType"))), typeHash, "typeHash");
        string memory domain = string.concat(".domains.", vm.parseJsonString(json, ".domain"), ".separator");
        bytes32 separator = vm.parseJsonBytes32(_read("domains"), domain);
        while (vm.keyExistsJson(json, _case(count))) {
            string memory at_ = _case(count++);
            bytes32 structHash = keccak256(bytes.concat(typeHash, _words(json, at_, fields)));
            assertEq(structHash, _bytes32(json, at_, ".structHash"), at_);
            bytes32 digest = TypedData.digest(separator, structHash);
            assertEq(digest, _bytes32(json, at_, ".digest"), at_);
            address signer = _address(json, at_, ".signer");
            assertEq(vm.addr(uint256(_bytes32(json, at_, ".privateKey"))), signer, at_);
            assertEq(this.recover(digest, _signature(json, at_)), signer, at_);
        }
        assertGt(count, 0, "a file without cases proves nothing");
    }

    function _checkTicket(string memory json, string memory at_) private view {
        bytes memory words = _words(json, at_, "relay stream terms commit salt faceValue winProb epoch");
        Ticket memory ticket = abi.decode(words, (Ticket));
        assertEq(broker.ticketDigest(ticket), _bytes32(json, at_, ".digest"), at_);
        _checkDraw(json, at_, ticket);
        uint256 price = vm.parseJsonUint(json, string.concat(at_, ".price"));
        uint256 paidBytes = vm.parseJsonUint(json, string.concat(at_, ".bytes"));
        assertEq((price * paidBytes << 64) / (1e9 * uint256(ticket.faceValue)), ticket.winProb, at_);
    }

    function _checkDraw(string memory json, string memory at_, Ticket memory ticket) private view {
        bytes32 r = _bytes32(json, at_, ".r");
        uint256 index = vm.parseJsonUint(json, string.concat(at_, ".index"));
        bool win = vm.parseJsonBool(json, string.concat(at_, ".win"));
        assertEq(vm.parseJsonUint(json, string.concat(at_, ".draw")) < ticket.winProb, win, at_);
        (bool won, address signer) = this.check(_group(ticket, r, index, _signature(json, at_)));
        assertEq(won, win, at_);
        assertEq(signer, win ? _address(json, at_, ".signer") : address(0), at_);
    }

    /// @dev A batch of one, which names neither commitment nor signer: the right ones must come out of the rest.
    function _group(Ticket memory ticket, bytes32 r, uint256 index, bytes memory signature)
        private
        pure
        returns (Group memory group)
    {
        (bytes32 sigR, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint8 v = uint8(signature[64]);
        (group.relay, group.stream) = (ticket.relay, ticket.stream);
        (group.terms, group.faceValue) = (ticket.terms, ticket.faceValue);
        group.winners = new Winner[](1);
        uint256 fields =
            (uint256(ticket.salt) << 128) | (uint256(ticket.winProb) << 64) | (index << 32) | uint256(ticket.epoch);
        group.winners[0] = Winner(r, sigR, s | bytes32(uint256(v - 27) << 255), fields);
    }

    function check(Group calldata group) external view returns (bool, address) {
        Preimage preimage = TicketHash.allocate(broker.domainSeparator());
        assertTrue(preimage.begin(group));
        return preimage.check(group.winners[0]);
    }

    function recover(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return Signatures.recover(digest, signature);
    }

    /// @dev The ABI encoding of a message: one word a field, in the given order.
    function _words(string memory json, string memory at_, string memory fields) private pure returns (bytes memory) {
        return _encode(json, string.concat(at_, ".message"), fields);
    }
}
