// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {RewardConfig} from "../src/interfaces/IEdgeReward.sol";
import {StakingConfig} from "../src/interfaces/IRelayStaking.sol";
import {Measure, OracleConfig} from "../src/interfaces/ISLAOracle.sol";
import {GovernorConfig} from "../src/interfaces/IStreamGovernor.sol";
import {KeysConfig} from "../src/interfaces/IStreamKeys.sol";
import {Config} from "../src/interfaces/ITicketBroker.sol";
import {PaymasterConfig} from "../src/interfaces/IUsdcPaymaster.sol";

/// @notice One configuration file: where a network is and what our contracts are given there. README.md in this folder explains each field.
/// In the constructors' arguments the addresses of other contracts are zero; who deploys fills them in.
struct Network {
    string name;
    uint256 chainId;
    address usdc;
    address treasury;
    address streamUsdFeed;
    address[] safeOwners;
    uint256 safeThreshold;
    uint256 timelockDelay;
    uint256 rewardTokens;
    Config broker;
    StakingConfig staking;
    KeysConfig streamKeys;
    PaymasterConfig paymaster;
    OracleConfig oracle;
    RewardConfig rewards;
    GovernorConfig governor;
}

/// @title Reads `networks/NAME.json`.
library Networks {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error UnknownNetwork(string name);
    /// @notice A number of the file does not fit its place.
    error TooLarge(string key);

    /// @notice The environment variables USDC, NATIVE_USD_FEED, SAFE_OWNERS and REPORTERS (lists are comma-separated) stand above the file.
    function load(string memory name) internal view returns (Network memory network) {
        string memory path = string.concat("script/networks/", name, ".json");
        if (!vm.exists(path)) revert UnknownNetwork(name);
        string memory json = vm.readFile(path);
        network.name = name;
        network.chainId = vm.parseJsonUint(json, ".chainId");
        network.usdc = vm.envOr("USDC", vm.parseJsonAddress(json, ".usdc"));
        network.streamUsdFeed = vm.parseJsonAddress(json, ".streamUsdFeed");
        network.safeOwners = vm.envOr("SAFE_OWNERS", ",", vm.parseJsonAddressArray(json, ".safe.owners"));
        network.safeThreshold = vm.parseJsonUint(json, ".safe.threshold");
        network.timelockDelay = vm.parseJsonUint(json, ".timelock.delay");
        network.rewardTokens = vm.parseJsonUint(json, ".token.rewards");
        network.broker = _broker(json);
        network.staking = _staking(json);
        network.streamKeys.royaltyBps = uint16(_uint(json, ".streamKeys.royaltyBps", 16));
        network.paymaster = _paymaster(json);
        network.oracle = _oracle(json);
        network.rewards = _rewards(json);
        network.governor = _governor(json);
    }

    function _broker(string memory json) private pure returns (Config memory config) {
        config.epochSeconds = uint32(_uint(json, ".tickets.epochSeconds", 32));
        config.exitDelay = uint32(_uint(json, ".tickets.exitDelay", 32));
        config.minFaceValue = uint32(_uint(json, ".tickets.minFaceValue", 32));
        config.maxFaceValue = uint32(_uint(json, ".tickets.maxFaceValue", 32));
    }

    function _staking(string memory json) private pure returns (StakingConfig memory config) {
        config.minStake = uint96(_uint(json, ".staking.minStake", 96));
        config.unbondSeconds = uint32(_uint(json, ".staking.unbondSeconds", 32));
        config.slashBps = uint16(_uint(json, ".staking.slashBps", 16));
        config.reporterBps = uint16(_uint(json, ".staking.reporterBps", 16));
        config.burnBps = uint16(_uint(json, ".staking.burnBps", 16));
    }

    function _paymaster(string memory json) private view returns (PaymasterConfig memory config) {
        config.priceFeed = vm.envOr("NATIVE_USD_FEED", vm.parseJsonAddress(json, ".nativeUsdFeed"));
        config.sequencerFeed = vm.parseJsonAddress(json, ".sequencerFeed");
        config.heartbeat = uint32(_uint(json, ".paymaster.heartbeat", 32));
        config.grace = uint32(_uint(json, ".paymaster.grace", 32));
        config.markupBps = uint16(_uint(json, ".paymaster.markupBps", 16));
    }

    function _oracle(string memory json) private view returns (OracleConfig memory config) {
        config.reporters = vm.envOr("REPORTERS", ",", vm.parseJsonAddressArray(json, ".oracle.reporters"));
        config.quorum = uint8(_uint(json, ".oracle.quorum", 8));
        config.epochSeconds = uint32(_uint(json, ".oracle.epochSeconds", 32));
        config.reportSeconds = uint32(_uint(json, ".oracle.reportSeconds", 32));
        config.bond = uint96(_uint(json, ".oracle.bond", 96));
        config.unbondSeconds = uint32(_uint(json, ".oracle.unbondSeconds", 32));
        config.proverBps = uint16(_uint(json, ".oracle.proverBps", 16));
        config.maxStrikes = uint8(_uint(json, ".oracle.maxStrikes", 8));
        config.strikeEpochs = uint32(_uint(json, ".oracle.strikeEpochs", 32));
        config.latency = _measure(json, ".oracle.latency");
        config.vmaf = _measure(json, ".oracle.vmaf");
        config.uptime = _measure(json, ".oracle.uptime");
    }

    function _measure(string memory json, string memory key) private pure returns (Measure memory) {
        return Measure(
            uint32(_uint(json, string.concat(key, "[0]"), 32)),
            uint32(_uint(json, string.concat(key, "[1]"), 32)),
            uint32(_uint(json, string.concat(key, "[2]"), 32))
        );
    }

    function _rewards(string memory json) private pure returns (RewardConfig memory config) {
        config.minEdgeStake = uint96(_uint(json, ".rewards.minEdgeStake", 96));
        config.entrySeconds = uint32(_uint(json, ".rewards.entrySeconds", 32));
        config.maxSubsidyBudget = uint64(_uint(json, ".rewards.maxSubsidyBudget", 64));
        config.subsidyBudget = uint64(_uint(json, ".rewards.subsidyBudget", 64));
        config.subsidyCapBps = uint16(_uint(json, ".rewards.subsidyCapBps", 16));
        config.maxPenaltyBps = uint16(_uint(json, ".rewards.maxPenaltyBps", 16));
        config.penaltyBps = uint16(_uint(json, ".rewards.penaltyBps", 16));
        config.penaltyBelowBps = uint16(_uint(json, ".rewards.penaltyBelowBps", 16));
        config.minStreamPrice = uint64(_uint(json, ".rewards.minStreamPrice", 64));
        config.maxStreamPrice = uint64(_uint(json, ".rewards.maxStreamPrice", 64));
        config.streamPrice = uint64(_uint(json, ".rewards.streamPrice", 64));
        config.maxDeviationBps = uint16(_uint(json, ".rewards.maxDeviationBps", 16));
        config.feedMaxAge = uint32(_uint(json, ".rewards.feedMaxAge", 32));
    }

    function _governor(string memory json) private pure returns (GovernorConfig memory config) {
        config.votingDelay = uint48(_uint(json, ".governor.votingDelay", 48));
        config.votingPeriod = uint32(_uint(json, ".governor.votingPeriod", 32));
        config.proposalThreshold = vm.parseJsonUint(json, ".governor.proposalThreshold");
        config.quorumPercent = uint8(_uint(json, ".governor.quorumPercent", 8));
    }

    function _uint(string memory json, string memory key, uint256 bits) private pure returns (uint256 value) {
        value = vm.parseJsonUint(json, key);
        if (value >> bits != 0) revert TooLarge(key);
    }
}
