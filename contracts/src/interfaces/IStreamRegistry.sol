// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice How a stream is. `Offline`: never started, or silent for longer than MAX_SILENCE.
enum Status {
    Offline,
    Live,
    Degraded,
    Paused,
    Ended
}

/// @notice What was last said of a stream; one storage slot. All of it is the broadcaster's own word.
/// @param run start of the broadcaster's process in Unix milliseconds: the `run` of its heads
/// @param startedAt when this run was registered, in Unix seconds
/// @param beatAt when it was last heard of, in Unix seconds
/// @param viewers concurrent viewers that the broadcaster knows of
/// @param health 0 to 100 percent
/// @param status as it was said; `statusOf` also counts silence
struct StreamState {
    uint64 run;
    uint40 startedAt;
    uint40 beatAt;
    uint32 viewers;
    uint8 health;
    Status status;
}

/// @title Which streams run now, and how they are.
/// @dev Whoever may sign the stream at this moment may speak for it: the broadcaster of StreamKeys, and every signing key that he has delegated, so that the
/// node's own key beats and the owner's stays offline. When a stream is sold, rented out or handed back, the old broadcaster and his keys fall silent at once.
interface IStreamRegistry {
    /// @notice Registers a run as Live. An earlier one is replaced.
    /// @param run not 0, and at most a minute ahead of the chain's time
    function start(uint256 stream, uint64 run) external;

    /// @notice Says how the stream is, once a minute or when something changes.
    /// @param run the registered one, so that a process that was replaced cannot speak for its successor
    /// @param status Live, Degraded or Paused
    /// @param health at most 100
    function heartbeat(uint256 stream, uint64 run, Status status, uint8 health, uint32 viewers) external;

    /// @notice Says that the run is over. It can be started again.
    function end(uint256 stream, uint64 run) external;

    /// @notice What was last said; all zero when the stream never started.
    function stateOf(uint256 stream) external view returns (StreamState memory);

    /// @notice The status, or Offline after MAX_SILENCE without a beat; an ended run stays Ended.
    function statusOf(uint256 stream) external view returns (Status);

    /// @notice Whether the stream can be watched now: Live or Degraded.
    function isLive(uint256 stream) external view returns (bool);
}
