// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {FraudProofs} from "../../src/FraudProofs.sol";
import {RelayStaking} from "../../src/RelayStaking.sol";
import {StreamKeys} from "../../src/StreamKeys.sol";
import {TicketBroker} from "../../src/TicketBroker.sol";
import {StakingConfig} from "../../src/interfaces/IRelayStaking.sol";
import {KeysConfig, Terms} from "../../src/interfaces/IStreamKeys.sol";
import {Config, Group, Outcome, Ticket, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {IFiatToken, RealUsdc} from "./RealUsdc.sol";

/// @notice The contracts on real USDC, one stream, and signers.
abstract contract Fixture is Test {
    uint32 internal constant DAY = 86_400;
    uint64 internal constant SURE = type(uint64).max;
    uint32 internal constant FACE = 50_000;
    bytes32 private constant RECEIVE_TYPE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant PERMIT_TYPE =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    IFiatToken internal usdc;
    StreamKeys internal keys;
    RelayStaking internal staking;
    FraudProofs internal fraudProofs;
    TicketBroker internal broker;

    address internal minter = makeAddr("minter");
    address internal treasury = makeAddr("treasury");
    address internal broadcaster = makeAddr("broadcaster");
    address internal payee = makeAddr("payee");
    address internal keeper = makeAddr("keeper");
    address internal alice;
    uint256 internal aliceKey;
    address internal viewer;
    uint256 internal viewerKey;
    address internal relay;
    uint256 internal relayKey;
    uint256 internal stream;

    function setUp() public virtual {
        // The first second of an epoch, far from the start of time.
        vm.warp(uint256(20_000) * DAY);
        (alice, aliceKey) = makeAddrAndKey("alice");
        (viewer, viewerKey) = makeAddrAndKey("viewing key");
        (relay, relayKey) = makeAddrAndKey("relay");
        usdc = RealUsdc.deploy(minter);
        // The two name FraudProofs, which names them.
        address judge = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        keys = new StreamKeys(KeysConfig(address(usdc), treasury, judge, 500));
        staking = new RelayStaking(_stakingConfig(judge));
        fraudProofs = new FraudProofs(address(keys), address(staking));
        broker = new TicketBroker(_config());
        vm.prank(broadcaster);
        stream = keys.mint("Big Buck Bunny", "film", 1000, _terms(7000, 2500));
    }

    function _stakingConfig(address judge) internal view returns (StakingConfig memory) {
        return StakingConfig(address(usdc), judge, treasury, 100e6, 14 * DAY, 5000, 2000, 5000);
    }

    function _config() internal view returns (Config memory) {
        return Config(address(usdc), address(keys), treasury, DAY, 3 * DAY, 10_000, 1_000_000);
    }

    function _terms(uint16 relayBps, uint16 broadcasterBps) internal view returns (Terms memory) {
        return Terms(payee, relayBps, broadcasterBps, 10_000);
    }

    /* MONEY */

    function _give(address to, uint256 amount) internal {
        vm.prank(minter);
        usdc.mint(to, amount);
    }

    /// @dev Fills a purse by allowance, binding the viewing key.
    function _fund(address owner, uint256 viewingKey, uint256 amount) internal {
        _give(owner, amount);
        vm.startPrank(owner);
        usdc.approve(address(broker), amount);
        broker.deposit(vm.addr(viewingKey), amount, _bind(owner, viewingKey));
        vm.stopPrank();
    }

    /* SIGNATURES */

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _bind(address owner, uint256 viewingKey) internal view returns (bytes memory) {
        return _sign(viewingKey, broker.bindDigest(owner, vm.addr(viewingKey)));
    }

    function _authorize(uint256 key, uint256 amount, bytes32 nonce) internal view returns (bytes memory) {
        return _sign(key, _authorizationDigest(vm.addr(key), amount, nonce));
    }

    function _authorizationDigest(address from, uint256 amount, bytes32 nonce) internal view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(RECEIVE_TYPE, from, address(broker), amount, 0, type(uint256).max, nonce));
        return keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), hash));
    }

    function _permit(uint256 key, uint256 amount) internal view returns (bytes memory) {
        address owner = vm.addr(key);
        bytes32 hash =
            keccak256(abi.encode(PERMIT_TYPE, owner, address(broker), amount, usdc.nonces(owner), type(uint256).max));
        return _sign(key, keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), hash)));
    }

    /* TICKETS */

    function _ticket(uint32 index) internal view returns (Ticket memory) {
        return Ticket({
            relay: relay,
            stream: stream,
            terms: 1,
            commit: keccak256(abi.encodePacked(_preimage(index), index)),
            salt: uint128(uint256(keccak256(abi.encode("salt", index)))),
            faceValue: FACE,
            winProb: SURE,
            epoch: broker.currentEpoch()
        });
    }

    function _preimage(uint32 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("preimage", index));
    }

    function _winner(Ticket memory ticket, uint32 index, uint256 key) internal view returns (Winner memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, broker.ticketDigest(ticket));
        uint256 fields = (uint256(ticket.salt) << 128) | (uint256(ticket.winProb) << 64) | (uint256(index) << 32)
            | uint256(ticket.epoch);
        return Winner(_preimage(index), r, vs, fields);
    }

    function _winner(uint32 index) internal view returns (Winner memory) {
        return _winner(_ticket(index), index, viewerKey);
    }

    function _group(Winner[] memory winners) internal view returns (Group memory) {
        return Group(relay, stream, 1, FACE, winners);
    }

    function _one(Group memory group) internal pure returns (Group[] memory groups) {
        groups = new Group[](1);
        groups[0] = group;
    }

    /// @dev A batch of one.
    function _batch(Winner memory winner) internal view returns (Group[] memory) {
        Winner[] memory winners = new Winner[](1);
        winners[0] = winner;
        return _one(_group(winners));
    }

    /// @dev A batch of `count` tickets of the viewer with indexes from `first` on.
    function _batch(uint32 first, uint32 count) internal view returns (Group[] memory) {
        Winner[] memory winners = new Winner[](count);
        for (uint32 i; i < count; ++i) {
            winners[i] = _winner(first + i);
        }
        return _one(_group(winners));
    }

    function _redeem(Group[] memory groups) internal returns (Outcome) {
        vm.prank(keeper);
        return Outcome(uint8(broker.redeem(groups)[0]));
    }

    function _redeem(Winner memory winner) internal returns (Outcome) {
        return _redeem(_batch(winner));
    }

    function assertEq(Outcome left, Outcome right) internal pure {
        assertEq(uint8(left), uint8(right), "outcome");
    }
}
