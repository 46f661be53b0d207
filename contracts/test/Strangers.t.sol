// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./helpers/Fixture.sol";
import {IFiatToken} from "./helpers/RealUsdc.sol";
import {RandomCalls} from "./helpers/RandomCalls.sol";

/// @notice What the test must find: an allowance that anybody may use.
contract Leak {
    IFiatToken private immutable USDC;

    constructor(IFiatToken usdc) {
        USDC = usdc;
    }

    function take(address from, uint256 amount) external {
        require(USDC.transferFrom(from, msg.sender, amount), "refused");
    }
}

/// @notice Every function of every contract that holds money, called by somebody who owns none of it, with everything that he could know: addresses,
/// ids, amounts, preimages and all signatures that were ever sent. Nobody else's money gets less by it, and his own gets no more.
contract StrangersTest is Fixture, RandomCalls {
    uint256 private constant TRIES = 24;

    address private stranger = makeAddr("stranger");
    uint256 private calls;
    uint256 private successes;

    function setUp() public override {
        super.setUp();
        _fund(alice, viewerKey, 20e6);
        _redeem(_batch(0, 10));
        vm.prank(alice);
        broker.requestExit(viewer, 1e6);
        _stake();
        _give(stranger, 100e6);
        vm.startPrank(stranger);
        usdc.approve(address(broker), type(uint256).max);
        usdc.approve(address(staking), type(uint256).max);
        usdc.approve(address(keys), type(uint256).max);
        vm.stopPrank();
        vm.warp(block.timestamp + 20 * DAY);
        _learn();
    }

    function _stake() private {
        _give(alice, 200e6);
        bytes memory proof = _sign(relayKey, staking.registrationDigest(relay, alice));
        blobs.push(proof);
        vm.startPrank(alice);
        usdc.approve(address(staking), 200e6);
        staking.register(relay, keccak256("endpoints"), 10_000, 200e6, proof);
        staking.unbond(relay, 100e6);
        vm.stopPrank();
    }

    /// @dev What a stranger finds on the chain and in the mempool.
    function _learn() private {
        address[12] memory known = [
            stranger,
            alice,
            viewer,
            relay,
            broadcaster,
            payee,
            treasury,
            keeper,
            address(usdc),
            address(broker),
            address(staking),
            address(keys)
        ];
        for (uint256 i; i < known.length; ++i) {
            words.push(bytes32(uint256(uint160(known[i]))));
        }
        uint256[9] memory numbers =
            [uint256(0), 1, 2, 1e6, 10e6, 100e6, vm.getBlockTimestamp(), type(uint256).max, stream];
        for (uint256 i; i < numbers.length; ++i) {
            words.push(bytes32(numbers[i]));
        }
        words.push(_preimage(11));
        blobs.push(_bind(alice, viewerKey));
        blobs.push(_sign(relayKey, broker.withdrawDigest(relay, alice, 1000, 0, 0, vm.getBlockTimestamp())));
        blobs.push(_sign(aliceKey, keccak256("something else")));
        blobs.push("");
    }

    /// forge-config: default.fuzz.runs = 3
    function test_no_function_of_the_broker_moves_the_money_of_others(uint256 seed) public {
        _attack("TicketBroker", address(broker), seed);
    }

    /// forge-config: default.fuzz.runs = 3
    function test_no_function_of_the_staking_moves_the_money_of_others(uint256 seed) public {
        _attack("RelayStaking", address(staking), seed);
    }

    /// forge-config: default.fuzz.runs = 3
    function test_no_function_of_the_keys_moves_the_money_of_others(uint256 seed) public {
        _attack("StreamKeys", address(keys), seed);
    }

    function test_a_way_to_the_money_would_be_found() public {
        Leak leak = new Leak(usdc);
        vm.prank(alice);
        usdc.approve(address(leak), type(uint256).max);
        _give(alice, 1e6);
        (bool quiet,) = address(this).call(abi.encodeCall(this.attack, (address(leak))));
        assertFalse(quiet, "a leak passes unseen");
    }

    function attack(address leak) external {
        _attackWith("Strangers.t.sol/Leak", leak, 1);
    }

    function _attack(string memory name, address target, uint256 seed) private {
        _attackWith(string.concat(name, ".sol/", name), target, seed);
    }

    function _attackWith(string memory artifact, address target, uint256 seed) private {
        _seed(seed);
        string memory json = vm.readFile(string.concat("out/", artifact, ".json"));
        string[] memory signatures = vm.parseJsonKeys(json, ".methodIdentifiers");
        assertGt(signatures.length, 0, "the artifact lists the functions");
        uint256[] memory before = _holdings();
        for (uint256 i; i < signatures.length; ++i) {
            for (uint256 j; j < TRIES; ++j) {
                bytes memory data = _call(signatures[i]);
                vm.prank(stranger);
                (bool done,) = target.call(data);
                ++calls;
                if (done) ++successes;
            }
            _compare(before, signatures[i]);
        }
        assertGt(successes, calls / 10, "the calls get through to the contract's own checks");
    }

    /// @dev What others hold, and last what the stranger lacks.
    function _holdings() private view returns (uint256[] memory list) {
        list = new uint256[](10);
        list[0] = broker.heldBy(alice);
        list[1] = broker.creditOf(relay);
        list[2] = broker.creditOf(payee);
        (list[3],) = broker.treasuryFeesOf(relay);
        list[3] += usdc.balanceOf(treasury);
        list[4] = staking.relayOf(relay).stake;
        list[5] = usdc.balanceOf(alice);
        list[6] = usdc.balanceOf(payee) + usdc.balanceOf(relay);
        list[7] = uint256(keccak256(abi.encode(broker.purseOf(viewer).exitAt, staking.relayOf(relay).withdrawableAt)));
        list[8] = uint256(uint160(keys.ownerOf(stream)));
        list[9] = type(uint256).max - usdc.balanceOf(stranger) - broker.heldBy(stranger) - broker.creditOf(stranger);
    }

    function _compare(uint256[] memory before, string memory signature) private view {
        uint256[] memory now_ = _holdings();
        for (uint256 i; i < now_.length; ++i) {
            if (i == 7 || i == 8) assertEq(now_[i], before[i], signature);
            else assertGe(now_[i], before[i], signature);
        }
    }
}
