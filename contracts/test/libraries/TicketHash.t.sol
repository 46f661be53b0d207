// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Group, Ticket, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {Signatures} from "../../src/libraries/Signatures.sol";
import {Preimage, TicketHash} from "../../src/libraries/TicketHash.sol";
import {TypedData} from "../../src/libraries/TypedData.sol";

/// @notice The one piece of memory against the plain way: encode, hash, recover.
contract TicketHashTest is Test {
    using TicketHash for Preimage;

    bytes32 private constant SEPARATOR = keccak256("separator");
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev All winners of a group by one preimage, as a batch does it.
    function check(Group calldata group) external view returns (bool[] memory won, address[] memory signers) {
        Preimage preimage = TicketHash.allocate(SEPARATOR);
        assertTrue(preimage.begin(group));
        won = new bool[](group.winners.length);
        signers = new address[](group.winners.length);
        for (uint256 i; i < won.length; ++i) {
            (won[i], signers[i]) = preimage.check(group.winners[i]);
        }
        assertEq(preimage.relay(), group.relay);
        assertEq(preimage.stream(), group.stream);
        assertEq(preimage.terms(), group.terms);
        assertEq(preimage.faceValue(), group.faceValue);
    }

    function _digest(Group memory group, Winner memory winner) private pure returns (bytes32) {
        uint256 fields = winner.fields;
        bytes32 commit = keccak256(abi.encodePacked(winner.r, uint32(fields >> 32)));
        Ticket memory ticket = Ticket(
            group.relay,
            group.stream,
            group.terms,
            commit,
            uint128(fields >> 128),
            group.faceValue,
            uint64(fields >> 64),
            uint32(fields)
        );
        return TypedData.digest(SEPARATOR, keccak256(abi.encode(TicketHash.TYPE_HASH, ticket)));
    }

    function _assertAsReference(Group memory group) private view {
        (bool[] memory won, address[] memory signers) = this.check(group);
        for (uint256 i; i < won.length; ++i) {
            Winner memory winner = group.winners[i];
            bytes32 digest = _digest(group, winner);
            uint64 draw = uint64(uint256(keccak256(abi.encodePacked(winner.r, digest))));
            assertEq(won[i], draw < uint64(winner.fields >> 64), "draw");
            (address expected,,) = ECDSA.tryRecover(digest, winner.sigR, winner.sigVs);
            assertEq(signers[i], won[i] ? expected : address(0), "signer");
        }
    }

    function _fill(Group memory group, Winner[3] memory winners) private pure {
        group.winners = new Winner[](3);
        for (uint256 i; i < 3; ++i) {
            group.winners[i] = winners[i];
        }
    }

    /// @dev Signatures made of noise: OpenZeppelin's recovery agrees on every one.
    function testFuzz_noise_is_read_as_by_the_reference(Group memory group, Winner[3] memory winners) public view {
        _fill(group, winners);
        _assertAsReference(group);
    }

    function testFuzz_signers_are_found(Group memory group, Winner[3] memory winners, uint256 key) public view {
        _fill(group, winners);
        key = bound(key, 1, ORDER - 1);
        for (uint256 i; i < group.winners.length; ++i) {
            group.winners[i].fields |= uint256(type(uint64).max) << 64;
            bytes32 digest = _digest(group, group.winners[i]);
            (group.winners[i].sigR, group.winners[i].sigVs) = vm.signCompact(key, digest);
        }
        _assertAsReference(group);
        (, address[] memory signers) = this.check(group);
        for (uint256 i; i < signers.length; ++i) {
            assertEq(signers[i], vm.addr(key));
        }
    }

    /// @dev EIP-2: of the two forms of a signature one is accepted.
    function testFuzz_high_s_is_nobodys(bytes32 sigR, uint256 high, bool odd) public view {
        high = bound(high, Signatures.HALF_ORDER + 1, (1 << 255) - 1);
        Group memory group = Group(address(1), 2, 3, 4, new Winner[](1));
        group.winners[0] = Winner(0, sigR, bytes32(high | (odd ? 1 << 255 : 0)), uint256(type(uint64).max) << 64);
        (bool[] memory won, address[] memory signers) = this.check(group);
        assertTrue(won[0]);
        assertEq(signers[0], address(0));
    }

    function begin(Group calldata group) external pure returns (bool) {
        return TicketHash.allocate(SEPARATOR).begin(group);
    }

    /// @dev No encoder makes them, and none may be cut down to a value that fits.
    function test_values_that_do_not_fit_their_types_are_refused() public view {
        for (uint256 word; word < 4; ++word) {
            bytes memory data = abi.encodeCall(this.begin, (Group(address(1), 2, 3, 4, new Winner[](0))));
            // The head of the group begins behind the selector and its offset. The stream may be any number.
            uint256 bits = word == 0 ? 160 : 32;
            data[36 + 32 * word + 31 - bits / 8] = 0x01;
            (bool success, bytes memory result) = address(this).staticcall(data);
            assertTrue(success);
            assertEq(abi.decode(result, (bool)), word == 1, vm.toString(word));
        }
    }
}
