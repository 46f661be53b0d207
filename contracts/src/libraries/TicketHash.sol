// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The hashes of a ticket: commitment, EIP-712 struct hash and draw.
library TicketHash {
    bytes32 internal constant TYPE_HASH = keccak256(
        "Ticket(address relay,uint256 stream,uint32 terms,bytes32 commit,uint128 salt,uint32 faceValue,uint64 winProb,uint32 epoch)"
    );

    /// @dev The ABI encoding of a ticket behind its type hash, so that one buffer in memory serves a whole group.
    struct Preimage {
        bytes32 typeHash;
        address relay;
        uint256 stream;
        uint32 terms;
        bytes32 commit;
        uint128 salt;
        uint32 faceValue;
        uint64 winProb;
        uint32 epoch;
    }

    /// @notice The EIP-712 digest of a ticket whose relay, stream, terms and face value stand in `preimage`; the other fields are filled in.
    /// @param fields `salt << 128 | winProb << 64 | index << 32 | epoch`
    function digestOf(Preimage memory preimage, bytes32 separator, bytes32 r, uint256 fields)
        internal
        pure
        returns (bytes32 digest)
    {
        bytes32 commit = commitOf(r, uint32(fields >> 32));
        assembly ("memory-safe") {
            mstore(add(preimage, 0x80), commit)
            mstore(add(preimage, 0xa0), shr(128, fields))
            mstore(add(preimage, 0xe0), and(shr(64, fields), 0xffffffffffffffff))
            mstore(add(preimage, 0x100), and(fields, 0xffffffff))
            let structHash := keccak256(preimage, 0x120)
            let free := mload(0x40)
            mstore(0x00, 0x1901)
            mstore(0x20, separator)
            mstore(0x40, structHash)
            digest := keccak256(0x1e, 0x42)
            mstore(0x40, free)
        }
    }

    /// @notice keccak256(r | index u32)
    function commitOf(bytes32 r, uint256 index) internal pure returns (bytes32 commit) {
        assembly ("memory-safe") {
            mstore(0x00, r)
            mstore(0x20, shl(224, index))
            commit := keccak256(0x00, 0x24)
        }
    }

    /// @notice The draw: the low 64 bits of keccak256(r | ticketDigest). It wins below the ticket's `winProb`.
    function drawOf(bytes32 r, bytes32 ticketDigest) internal pure returns (uint64 draw) {
        assembly ("memory-safe") {
            mstore(0x00, r)
            mstore(0x20, ticketDigest)
            draw := and(keccak256(0x00, 0x40), 0xffffffffffffffff)
        }
    }
}
