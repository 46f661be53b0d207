// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStreamKeys} from "./interfaces/IStreamKeys.sol";
import {IStreamRegistry, Status, StreamState} from "./interfaces/IStreamRegistry.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {StateWord} from "./libraries/StateWord.sol";

/// @title StreamRegistry
/// @notice Which streams run now, and how they are, in the words of those who broadcast them. It holds no money.
contract StreamRegistry is IStreamRegistry {
    using StateWord for uint256;

    /* CONSTANTS */

    /// @notice After so many seconds without a beat a stream is offline: two beats of a minute may be lost.
    uint256 public constant MAX_SILENCE = 150;
    /// @notice How far a broadcaster's clock may be ahead, in milliseconds.
    uint256 public constant MAX_CLOCK_LEAD_MS = 60_000;
    uint8 private constant MAX_HEALTH = 100;

    /* IMMUTABLES */

    IStreamKeys public immutable STREAM_KEYS;

    /* STORAGE */

    mapping(uint256 stream => uint256 word) private _states;

    constructor(address streamKeys) {
        if (streamKeys == address(0)) revert Errors.BadConfig();
        STREAM_KEYS = IStreamKeys(streamKeys);
    }

    /// @dev The signing key comes first, since it is the one that beats.
    modifier onlyBroadcaster(uint256 stream) {
        if (
            !STREAM_KEYS.isSigningKey(stream, msg.sender, uint64(block.timestamp))
                && STREAM_KEYS.broadcasterOf(stream) != msg.sender
        ) revert Errors.NotBroadcaster();
        _;
    }

    /* BROADCASTER */

    /// @inheritdoc IStreamRegistry
    function start(uint256 stream, uint64 run) external onlyBroadcaster(stream) {
        if (run == 0 || run > block.timestamp * 1000 + MAX_CLOCK_LEAD_MS) revert Errors.BadRun();
        _states[stream] = StateWord.begin(run, block.timestamp).say(block.timestamp, 0, MAX_HEALTH, Status.Live);
        emit Events.StreamStarted(stream, msg.sender, run);
    }

    /// @inheritdoc IStreamRegistry
    function heartbeat(uint256 stream, uint64 run, Status status, uint8 health, uint32 viewers)
        external
        onlyBroadcaster(stream)
    {
        if (status == Status.Offline || status == Status.Ended || health > MAX_HEALTH) revert Errors.BadBeat();
        Status before = _say(stream, run, status, health, viewers);
        if (status != before) emit Events.StatusChanged(stream, run, uint8(status));
    }

    /// @inheritdoc IStreamRegistry
    function end(uint256 stream, uint64 run) external onlyBroadcaster(stream) {
        _say(stream, run, Status.Ended, 0, 0);
        emit Events.StreamEnded(stream, run);
    }

    /* VIEWS */

    /// @inheritdoc IStreamRegistry
    function stateOf(uint256 stream) external view returns (StreamState memory) {
        return _states[stream].unpack();
    }

    /// @inheritdoc IStreamRegistry
    function statusOf(uint256 stream) public view returns (Status) {
        uint256 state = _states[stream];
        Status status = state.status();
        bool silent = block.timestamp > state.beatAt() + MAX_SILENCE;
        return silent && status != Status.Ended ? Status.Offline : status;
    }

    /// @inheritdoc IStreamRegistry
    function isLive(uint256 stream) external view returns (bool) {
        Status status = statusOf(stream);
        return status == Status.Live || status == Status.Degraded;
    }

    /* INTERNAL */

    /// @dev Changes what is said of `run`, which must be the registered one and not ended.
    /// @return before the status until now
    function _say(uint256 stream, uint64 run, Status status, uint8 health, uint32 viewers)
        private
        returns (Status before)
    {
        uint256 state = _states[stream];
        before = state.status();
        bool ended = before == Status.Ended;
        if (ended || run == 0 || state.run() != run) revert Errors.WrongRun(ended ? 0 : state.run());
        _states[stream] = state.say(block.timestamp, viewers, health, status);
    }
}
