// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";
import {FraudProofs} from "../src/FraudProofs.sol";
import {RelayStaking} from "../src/RelayStaking.sol";
import {StreamKeys} from "../src/StreamKeys.sol";
import {TicketBroker} from "../src/TicketBroker.sol";
import {StakingConfig} from "../src/interfaces/IRelayStaking.sol";
import {KeysConfig} from "../src/interfaces/IStreamKeys.sol";
import {Config} from "../src/interfaces/ITicketBroker.sol";
import {Canonical} from "./Canonical.sol";
import {Launcher} from "./Launcher.sol";
import {Network, Networks} from "./Network.sol";

interface IToken {
    function decimals() external view returns (uint8);
}

interface ISafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external;
}

interface ISafeProxyFactory {
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 saltNonce)
        external
        returns (address);
    function proxyCreationCode() external pure returns (bytes memory);
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
        address treasury = _treasury();
        _core(treasury);
        vm.stopBroadcast();
        _write(treasury);
    }

    /* CHECKS */

    function _check() private view {
        if (block.chainid != _network.chainId) revert WrongChain(_network.chainId, block.chainid);
        address usdc = _network.usdc;
        if (usdc.code.length == 0) revert NoUsdc(usdc);
        if (IToken(usdc).decimals() != 6) revert NoUsdc(usdc);
        if (_network.safeOwners.length < _network.safeThreshold) revert NoSafeOwners();
    }

    /* STEPS */

    function _launch() private returns (Launcher) {
        bytes memory code = abi.encodePacked(type(Launcher).creationCode, abi.encode(_operator));
        address launcher = vm.computeCreate2Address(0, keccak256(code), Canonical.CREATE2_FACTORY);
        if (launcher.code.length == 0) Canonical.create2(Canonical.CREATE2_FACTORY, 0, code);
        return Launcher(launcher);
    }

    function _treasury() private returns (address safe) {
        bytes memory setup = abi.encodeCall(
            ISafe.setup,
            (
                _network.safeOwners,
                _network.safeThreshold,
                address(0),
                "",
                Canonical.SAFE_FALLBACK_HANDLER,
                address(0),
                0,
                payable(0)
            )
        );
        ISafeProxyFactory factory = ISafeProxyFactory(Canonical.SAFE_PROXY_FACTORY);
        bytes memory code = abi.encodePacked(factory.proxyCreationCode(), abi.encode(Canonical.SAFE));
        bytes32 salt = keccak256(abi.encodePacked(keccak256(setup), uint256(0)));
        safe = vm.computeCreate2Address(salt, keccak256(code), address(factory));
        if (safe.code.length == 0) factory.createProxyWithNonce(Canonical.SAFE, setup, 0);
    }

    function _core(address treasury) private {
        Network memory n = _network;
        address keys = _at("StreamKeys");
        address staking = _at("RelayStaking");
        address judge = _at("FraudProofs");
        _create(
            "StreamKeys", type(StreamKeys).creationCode, abi.encode(KeysConfig(n.usdc, treasury, judge, n.royaltyBps))
        );
        _create(
            "RelayStaking",
            type(RelayStaking).creationCode,
            abi.encode(
                StakingConfig(
                    n.usdc, judge, treasury, n.minStake, n.unbondSeconds, n.slashBps, n.reporterBps, n.burnBps
                )
            )
        );
        _create("FraudProofs", type(FraudProofs).creationCode, abi.encode(keys, staking));
        _create(
            "TicketBroker",
            type(TicketBroker).creationCode,
            abi.encode(Config(n.usdc, keys, treasury, n.epochSeconds, n.exitDelay, n.minFaceValue, n.maxFaceValue))
        );
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
    function _write(address treasury) private {
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
        vm.serializeAddress(key, "treasury", treasury);
        vm.serializeUint(key, "epochSeconds", _network.epochSeconds);
        vm.serializeUint(key, "minFaceValue", _network.minFaceValue);
        vm.serializeUint(key, "maxFaceValue", _network.maxFaceValue);
        vm.serializeUint(key, "exitDelaySeconds", _network.exitDelay);
        vm.serializeBool(key, "devnet", false);
        vm.writeJson(vm.serializeUint(key, "deployedBlock", since), file);
    }
}
