// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Report} from "../interfaces/ISLAOracle.sol";

/// @title The reports of an edge and an epoch: four to a word, each at its reporter's place. They are deleted when they have become a score.
/// @dev A report is `1 | latencyMs u32 | vmafCenti u14 | uptimeBps u14` in 64 bits; the leading bit tells it from none.
library Reports {
    uint256 internal constant PLACES = 15;
    uint256 private constant BITS = 64;
    uint256 private constant MASK = type(uint64).max;
    uint256 private constant EXISTS = 1 << 60;

    /// @dev One list a measure; entries of one report share their index.
    struct Table {
        uint256[] places;
        uint256[] latencies;
        uint256[] vmafs;
        uint256[] uptimes;
    }

    /// @notice Keeps a report; false when there is one.
    function put(mapping(uint256 => uint256) storage words, Report calldata report, uint256 place)
        internal
        returns (bool)
    {
        uint256 key = _key(report.epoch, place);
        uint256 word = words[key];
        uint256 shift = (place % 4) * BITS;
        if ((word >> shift) & MASK != 0) return false;
        uint256 packed =
            EXISTS | (uint256(report.latencyMs) << 28) | (uint256(report.vmafCenti) << 14) | report.uptimeBps;
        words[key] = word | (packed << shift);
        return true;
    }

    /// @notice Forgets the report at `place`; false when there is none.
    function void(mapping(uint256 => uint256) storage words, uint32 epoch, uint256 place) internal returns (bool) {
        uint256 key = _key(epoch, place);
        uint256 word = words[key];
        uint256 field = MASK << ((place % 4) * BITS);
        if (word & field == 0) return false;
        words[key] = word & ~field;
        return true;
    }

    function get(mapping(uint256 => uint256) storage words, uint32 epoch, uint256 place)
        internal
        view
        returns (bool exists, uint256 latency, uint256 vmaf, uint256 uptime)
    {
        return _unpack(words[_key(epoch, place)] >> ((place % 4) * BITS));
    }

    /// @notice Takes all reports of an epoch out of storage.
    function take(mapping(uint256 => uint256) storage words, uint32 epoch) internal returns (Table memory table) {
        table.places = new uint256[](PLACES);
        table.latencies = new uint256[](PLACES);
        table.vmafs = new uint256[](PLACES);
        table.uptimes = new uint256[](PLACES);
        uint256 count;
        for (uint256 first; first < PLACES; first += 4) {
            uint256 key = _key(epoch, first);
            uint256 word = words[key];
            if (word == 0) continue;
            delete words[key];
            for (uint256 place = first; word != 0; (++place, word >>= BITS)) {
                (bool exists, uint256 latency, uint256 vmaf, uint256 uptime) = _unpack(word);
                if (!exists) continue;
                (table.places[count], table.latencies[count]) = (place, latency);
                (table.vmafs[count], table.uptimes[count]) = (vmaf, uptime);
                ++count;
            }
        }
        _cut(table.places, count);
        _cut(table.latencies, count);
        _cut(table.vmafs, count);
        _cut(table.uptimes, count);
    }

    function _key(uint256 epoch, uint256 place) private pure returns (uint256) {
        return (epoch << 2) | (place / 4);
    }

    function _unpack(uint256 field) private pure returns (bool exists, uint256 latency, uint256 vmaf, uint256 uptime) {
        return (field & EXISTS != 0, uint32(field >> 28), (field >> 14) & 0x3fff, field & 0x3fff);
    }

    function _cut(uint256[] memory list, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(list, length)
        }
    }
}
