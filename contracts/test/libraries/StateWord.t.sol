// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Status, StreamState} from "../../src/interfaces/IStreamRegistry.sol";
import {StateWord} from "../../src/libraries/StateWord.sol";

contract StateWordTest is Test {
    using StateWord for uint256;

    function testFuzz_what_was_said_replaces_what_was_said_before(
        uint64 run,
        uint40 startedAt,
        uint40[2] memory times,
        uint32[2] memory viewers,
        uint8[2] memory health,
        uint8[2] memory statuses
    ) public pure {
        uint256 word = StateWord.begin(run, startedAt);
        for (uint256 i; i < 2; ++i) {
            Status status = Status(bound(statuses[i], 0, 4));
            word = word.say(times[i], viewers[i], health[i], status);
            StreamState memory state = word.unpack();
            assertEq(state.run, run);
            assertEq(state.startedAt, startedAt);
            assertEq(state.beatAt, times[i]);
            assertEq(state.viewers, viewers[i]);
            assertEq(state.health, health[i]);
            assertEq(uint8(state.status), uint8(status));
            assertEq(word.run(), run);
            assertEq(word.beatAt(), times[i]);
            assertEq(uint8(word.status()), uint8(status));
        }
    }
}
