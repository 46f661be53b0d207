// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {EdgeReward} from "../src/EdgeReward.sol";
import {FraudProofs} from "../src/FraudProofs.sol";
import {RelayStaking} from "../src/RelayStaking.sol";
import {SLAOracle} from "../src/SLAOracle.sol";
import {StreamGovernor} from "../src/StreamGovernor.sol";
import {StreamKeys} from "../src/StreamKeys.sol";
import {StreamRegistry} from "../src/StreamRegistry.sol";
import {StreamToken} from "../src/StreamToken.sol";
import {TicketBroker} from "../src/TicketBroker.sol";
import {UsdcPaymaster} from "../src/UsdcPaymaster.sol";
import {Allocation} from "../src/interfaces/IStreamToken.sol";
import {Canonical} from "./Canonical.sol";
import {Launcher} from "./Launcher.sol";
import {Network, Networks} from "./Network.sol";
import {Treasury} from "./Treasury.sol";

interface IToken {
    function decimals() external view returns (uint8);
}

/// @title Deploy
/// @notice Creates everything that a network lacks, by one account, at addresses that depend on that account alone. Run again, it goes on where it stopped.
/// `forge script script/Deploy.s.sol --sig 'run(string)' NETWORK --rpc-url URL --broadcast --slow` with one of forge's ways to sign.
contract Deploy is Script {
    Network private _network;
    address private _operator;
    Launcher private _launcher;
    string private _json;

    error WrongChain(uint256 expected, uint256 actual);
    /// @notice `usdc` of the configuration file is no token with 6 decimals on this chain. Name one there or in the environment variable USDC.
    error NoUsdc(address usdc);
    /// @notice The treasury is a Safe: name its owners in `safe.owners` of the configuration file or, comma-separated, in SAFE_OWNERS.
    error NoSafeOwners();
    /// @notice SLAOracle needs three reporters or more: name them in `oracle.reporters` or, comma-separated, in REPORTERS.
    error NoReporters();
    /// @notice The paymaster needs a feed of the gas token in dollars: name it in `nativeUsdFeed` or in NATIVE_USD_FEED.
    error NoFeed(address feed);
    /// @notice The contract is there already, with other arguments than the configuration says now. Immutable contracts do not change: take the
    /// configuration back, or deploy from another account.
    error Contradicts(string what, address at);

    function run(string calldata name) external {
        _network = Networks.load(name);
        _check();
        vm.startBroadcast();
        (, _operator,) = vm.readCallers();
        Canonical.entryPoint();
        Canonical.safeContracts();
        _launcher = _launch();
        _network.treasury = Treasury.create(_network.safeOwners, _network.safeThreshold);
        _core();
        _rewards();
        _paymaster();
        vm.stopBroadcast();
        _write();
    }

    /* CHECKS */

    function _check() private view {
        if (block.chainid != _network.chainId) revert WrongChain(_network.chainId, block.chainid);
        address usdc = _network.usdc;
        if (usdc.code.length == 0) revert NoUsdc(usdc);
        if (IToken(usdc).decimals() != 6) revert NoUsdc(usdc);
        if (_network.safeOwners.length < _network.safeThreshold) revert NoSafeOwners();
        if (_network.oracle.reporters.length < 3) revert NoReporters();
        address feed = _network.paymaster.priceFeed;
        if (feed.code.length == 0) revert NoFeed(feed);
    }

    /* STEPS */

    function _launch() private returns (Launcher) {
        bytes memory code = abi.encodePacked(type(Launcher).creationCode, abi.encode(_operator));
        address launcher = vm.computeCreate2Address(0, keccak256(code), Canonical.CREATE2_FACTORY);
        if (launcher.code.length == 0) Canonical.create2(Canonical.CREATE2_FACTORY, 0, code);
        return Launcher(launcher);
    }

    function _core() private {
        Network memory n = _network;
        (n.streamKeys.usdc, n.streamKeys.treasury) = (n.usdc, n.treasury);
        (n.staking.usdc, n.staking.treasury) = (n.usdc, n.treasury);
        n.streamKeys.fraudProofs = n.staking.fraudProofs = _at("FraudProofs");
        (n.broker.usdc, n.broker.streamKeys, n.broker.treasury) = (n.usdc, _at("StreamKeys"), n.treasury);
        _create("StreamKeys", type(StreamKeys).creationCode, abi.encode(n.streamKeys));
        _create("RelayStaking", type(RelayStaking).creationCode, abi.encode(n.staking));
        _create("FraudProofs", type(FraudProofs).creationCode, abi.encode(_at("StreamKeys"), _at("RelayStaking")));
        _create("TicketBroker", type(TicketBroker).creationCode, abi.encode(n.broker));
        _create("StreamRegistry", type(StreamRegistry).creationCode, abi.encode(_at("StreamKeys")));
    }

    /// @dev The timelock has the governor as its only proposer, anybody as its executor, and no admin but itself.
    function _rewards() private {
        Network memory n = _network;
        address timelock = _at("TimelockController");
        Allocation[] memory allocations = new Allocation[](2);
        allocations[0] = Allocation(_at("EdgeReward"), n.rewardTokens);
        allocations[1] = Allocation(n.treasury, 1e27 - n.rewardTokens);
        address[] memory proposers = new address[](1);
        proposers[0] = _at("StreamGovernor");
        (n.oracle.usdc, n.oracle.treasury, n.oracle.governance) = (n.usdc, n.treasury, timelock);
        (n.rewards.usdc, n.rewards.stream, n.rewards.governance) = (n.usdc, _at("StreamToken"), timelock);
        (n.rewards.ticketBroker, n.rewards.relayStaking) = (_at("TicketBroker"), _at("RelayStaking"));
        (n.rewards.oracle, n.rewards.priceFeed) = (_at("SLAOracle"), n.streamUsdFeed);
        (n.governor.stream, n.governor.timelock) = (_at("StreamToken"), payable(timelock));
        (n.governor.edgeReward, n.governor.slaOracle) = (_at("EdgeReward"), _at("SLAOracle"));
        _create("StreamToken", type(StreamToken).creationCode, abi.encode(allocations));
        _create(
            "TimelockController",
            type(TimelockController).creationCode,
            abi.encode(n.timelockDelay, proposers, new address[](1), address(0))
        );
        _create("SLAOracle", type(SLAOracle).creationCode, abi.encode(n.oracle));
        _create("EdgeReward", type(EdgeReward).creationCode, abi.encode(n.rewards));
        _create("StreamGovernor", type(StreamGovernor).creationCode, abi.encode(n.governor));
    }

    function _paymaster() private {
        Network memory n = _network;
        (n.paymaster.entryPoint, n.paymaster.usdc, n.paymaster.owner) = (Canonical.ENTRY_POINT, n.usdc, n.treasury);
        _create("UsdcPaymaster", type(UsdcPaymaster).creationCode, abi.encode(n.paymaster));
    }

    function _at(string memory name) private view returns (address) {
        return _launcher.addressOf(bytes32(bytes(name)));
    }

    /// @dev Creates a contract that is not there yet and notes its arguments for those who verify its source.
    function _create(string memory name, bytes memory code, bytes memory arguments) private {
        address at = _at(name);
        if (at.code.length == 0) _launcher.launch(bytes32(bytes(name)), abi.encodePacked(code, arguments));
        else _compare(name, at, arguments);
        vm.serializeAddress(name, "address", at);
        _json = vm.serializeString("contracts", name, vm.serializeBytes(name, "constructorArguments", arguments));
    }

    function _compare(string memory name, address at, bytes memory arguments) private view {
        string memory file = _file("contracts.json");
        if (!vm.exists(file)) return;
        string memory key = string.concat(".", name, ".constructorArguments");
        string memory json = vm.readFile(file);
        if (!vm.keyExistsJson(json, key)) return;
        if (keccak256(vm.parseJsonBytes(json, key)) != keccak256(arguments)) revert Contradicts(name, at);
    }

    function _file(string memory name) private view returns (string memory) {
        string memory folder = vm.envOr("DEPLOYMENT_FOLDER", string.concat("deployments/", _network.name));
        return string.concat(folder, "/", name);
    }

    /* RESULT */

    /// @dev The file that `clustercast --deployments` reads, and beside it what was created with which arguments.
    function _write() private {
        vm.createDir(_file(""), true);
        vm.writeJson(_json, _file("contracts.json"));
        string memory file = _file("deployment.json");
        // Events are read from the block of the first run on.
        uint256 since = vm.exists(file) ? vm.parseJsonUint(vm.readFile(file), ".deployedBlock") : block.number;
        string memory key = "deployment";
        vm.serializeUint(key, "chainId", _network.chainId);
        vm.serializeString(key, "rpcUrl", vm.envOr("RPC_URL", string("http://127.0.0.1:8545")));
        vm.serializeAddress(key, "usdc", _network.usdc);
        vm.serializeAddress(key, "ticketBroker", _at("TicketBroker"));
        vm.serializeAddress(key, "streamKeys", _at("StreamKeys"));
        vm.serializeAddress(key, "relayStaking", _at("RelayStaking"));
        vm.serializeAddress(key, "fraudProofs", _at("FraudProofs"));
        vm.serializeAddress(key, "streamRegistry", _at("StreamRegistry"));
        vm.serializeAddress(key, "treasury", _network.treasury);
        vm.serializeUint(key, "epochSeconds", _network.broker.epochSeconds);
        vm.serializeUint(key, "minFaceValue", _network.broker.minFaceValue);
        vm.serializeUint(key, "maxFaceValue", _network.broker.maxFaceValue);
        vm.serializeUint(key, "exitDelaySeconds", _network.broker.exitDelay);
        vm.serializeBool(key, "devnet", false);
        vm.writeJson(vm.serializeUint(key, "deployedBlock", since), file);
    }
}
